import { describe, expect, it } from 'vitest'
import { emptyOutLane } from '../lane/draft.ts'
import type { Memo, Operation } from '../lane/operation.ts'
import type { OutLane, OutUpdate } from '../lane/out-lane.ts'
import { emptyInLane, refuseUpdate } from '../lane/receive.ts'
import { emptyLane, type LaneState } from '../lane/state.ts'
import { emptyLocks, setLock } from '../locks/tree.ts'
import { type Address, type Id, ZERO_HASH } from '../primitives/hex.ts'
import { createDigests } from '../signing/digests.ts'
import type { VirtualTerms } from '../terms/terms.ts'
import { tickAnchor, tickAt } from '../terms/ticks.ts'
import type { SignedVoucher } from '../terms/voucher.ts'
import { fakeCrypto, fakeSigner } from '../testing/fake-crypto.ts'
import {
  type AddContext,
  type AddLimits,
  checkAddLock,
  checkAddVirtual,
  checkNonceAge,
  feesFrom,
  paySurplus,
} from './add.ts'
import { checkCloseAmount, checkDeadline, checkNoLocks, closeBinds, laneBalance, sameEffect } from './close.ts'
import { checkFee, feesToReturn, hubFee, timeFee } from './fees.ts'
import { checkPayerFold, type HubFold, hubFoldLimit } from './fold-payer.ts'
import { checkFoldCovers, checkFoldTime, hubFoldFloor, type OutgoingExposure, payeeFoldFloor } from './fold-receiver.ts'
import { checkForward, checkHopMargin } from './forward.ts'
import { incomeOnceCountersigned, ownIncome, peerIncome } from './income.ts'
import { checkPayment, type PaymentContext } from './payment.ts'
import { checkProlong, type Prolonging } from './prolong.ts'
import { checkMayDraft, mayDraft, mayRestate, maySign } from './signing-limit.ts'
import { checkSpending, spendable, withdrawalReserve } from './spendable.ts'

const code = (name: string) => expect.objectContaining({ code: name })
const address = (byte: string): Address => `0x${byte.repeat(20)}`
const id = (byte: string): Id => `0x${byte.repeat(32)}`
const digests = createDigests({ chainId: 314n, contract: address('cc') }, fakeCrypto)
const hashing = { crypto: fakeCrypto, digests }
const open = { closing: false, finalAmount: undefined }
const running = { closing: true, finalAmount: undefined }
const finalAt = (finalAmount: bigint) => ({ closing: true, finalAmount })

const [payer, hub, payee] = [address('a1'), address('b2'), address('c3')] as const
const now = 1_800_000_000n

const terms: VirtualTerms = {
  path: [payer, hub, payee],
  token: address('00'),
  capacity: 1000n,
  disputeWindow: 100,
  nonce: (now / 60n) << 32n,
}
const memo: Memo = { until: [now + 500n, now + 400n], fees: [7n] }
const limits: AddLimits = {
  capacityMin: 10n,
  nonceAgeMax: 60,
  virtualWindowMin: 60,
  virtualWindowMax: 600,
  lifetimeMin: 100,
  lifetimeMax: 1000,
}
const context: AddContext = {
  channelId: id('11'),
  token: address('00'),
  payer,
  receiver: hub,
  virtualId: id('22'),
  seen: false,
  closing: false,
  locks: 3,
  now,
}

describe('an add', () => {
  const lock = (part: Partial<AddContext> = {}, changed: Partial<VirtualTerms> = {}) =>
    checkAddLock({ ...context, ...part }, { ...terms, ...changed }, { locksMax: 4 })
  const virtual = (changed: Partial<VirtualTerms> = {}, changedMemo: Partial<Memo> = {}, hop = 0) =>
    checkAddVirtual({ ...terms, ...changed }, { ...memo, ...changedMemo }, hop, now, limits)

  it('is accepted from the neighbour before in the path', () => {
    expect(() => lock()).not.toThrow()
    expect(() => lock({ payer: hub, receiver: payee })).not.toThrow()
    expect(() => virtual()).not.toThrow()
    expect(() => virtual({}, {}, 1)).not.toThrow()
  })

  it.each<[string, Partial<AddContext>, Partial<VirtualTerms>]>([
    ['CHANNEL_CLOSING', { closing: true }, {}],
    ['TERMS_PATH_REPEATED', {}, { path: [payer, hub, payer] }],
    ['TERMS_PATH_LENGTH', {}, { path: [payer] }],
    ['TERMS_ZERO_SIGNER', {}, { path: [payer, hub, address('00')] }],
    ['ADD_PATH_WRONG', { payer: hub, receiver: payer }, {}],
    ['ADD_PATH_WRONG', { payer, receiver: payee }, {}],
    ['ADD_PATH_WRONG', { payer: address('dd') }, {}],
    ['ADD_TOKEN_WRONG', { token: address('99') }, {}],
    ['ADD_NONCE_AHEAD', {}, { nonce: (now / 60n + 721n) << 32n }],
    ['ADD_ID_SEEN', { seen: true }, {}],
    ['ADD_LOCKS_MAX', { locks: 4 }, {}],
  ])('with a fault of the lane is refused with its update as %s', (name, part, changed) => {
    expect(() => lock(part, changed)).toThrow(code(name))
  })

  it.each<[string, Partial<VirtualTerms>, Partial<Memo>]>([
    ['ADD_CAPACITY_SMALL', { capacity: 9n }, {}],
    ['ADD_NONCE_AGE', { nonce: (now / 60n - 61n) << 32n }, {}],
    ['ADD_NONCE_AGE', { nonce: (now / 60n + 61n) << 32n }, {}],
    ['ADD_WINDOW', { disputeWindow: 59 }, {}],
    ['ADD_WINDOW', { disputeWindow: 601 }, {}],
    ['ADD_MEMO_LENGTH', {}, { until: [now + 500n] }],
    ['ADD_MEMO_LENGTH', {}, { fees: [] }],
    ['ADD_LIFETIME_ORDER', {}, { until: [now + 500n, now + 501n] }],
    ['ADD_LIFETIME', {}, { until: [now + 99n, now + 99n] }],
    ['ADD_LIFETIME', {}, { until: [now + 1001n, now + 400n] }],
  ])(
    "of a virtual channel that is not wanted is declined as %s, and its lock is none of the lane's faults",
    (name, changed, changedMemo) => {
      expect(() => virtual(changed, changedMemo)).toThrow(code(name))
      expect(() => lock({}, changed)).not.toThrow()
    },
  )

  it('may name a minute that is half as far ahead as the contract takes, and is not wanted long before', () => {
    const changed = { nonce: ((now / 60n + 720n) << 32n) | 0xffffffffn }
    expect(() => lock({}, changed)).not.toThrow()
    expect(() => virtual(changed)).toThrow(code('ADD_NONCE_AGE'))
    expect(() => checkNonceAge(changed.nonce, now, 1_000_000)).not.toThrow()
    expect(() => checkNonceAge(changed.nonce + 1n, now, 1_000_000)).toThrow(code('ADD_NONCE_AHEAD'))
  })

  it('is held against the lifetime of its own hop', () => {
    const short = { until: [now + 500n, now + 99n] }
    expect(() => virtual({}, short, 0)).not.toThrow()
    expect(() => virtual({}, short, 1)).toThrow(code('ADD_LIFETIME'))
  })

  it('brings the fees of all hubs from its receiver on', () => {
    const operations: Operation[] = [
      { type: 'add', terms, memo },
      { type: 'pay', amount: 9n },
    ]
    const hop = ({ path }: VirtualTerms) => path.indexOf(payer)
    expect(feesFrom({ until: [], fees: [1n, 2n, 4n] }, 1)).toBe(6n)
    expect(paySurplus(operations, hop)).toBe(2n)
    expect(() => paySurplus([{ type: 'add', terms, memo }], hop)).toThrow(code('ADD_FEES_MISSING'))
  })
})

describe('forwarding', () => {
  const incoming = {
    virtualId: id('22'),
    incomingChannelId: id('11'),
    incomingStands: true,
    incomingClosing: false,
    outcome: open,
  }

  it('needs the incoming lock, its channel open, and V neither closing nor final', () => {
    expect(() => checkForward(incoming)).not.toThrow()
    expect(() => checkForward({ ...incoming, incomingStands: false })).toThrow(code('FORWARD_NOT_STANDING'))
    expect(() => checkForward({ ...incoming, incomingClosing: true })).toThrow(code('CHANNEL_CLOSING'))
    expect(() => checkForward({ ...incoming, outcome: running })).toThrow(code('VIRTUAL_CLOSED'))
    expect(() => checkForward({ ...incoming, outcome: finalAt(0n) })).toThrow(code('VIRTUAL_CLOSED'))
  })

  it('needs time between the two hops', () => {
    expect(() => checkHopMargin([500n, 400n], 1, 100)).not.toThrow()
    expect(() => checkHopMargin([500n, 401n], 1, 100)).toThrow(code('ADD_LIFETIME_ORDER'))
  })

  it('costs base, proportional and per-time parts, rounded up', () => {
    const schedule = { feeBase: 10n, feePartsPerMillion: 100, feePerHour: 1000 }
    expect(hubFee(schedule, 1_000_000n, 3600n)).toBe(10n + 100n + 1000n)
    expect(hubFee(schedule, 1n, 1n)).toBe(12n)
    expect(hubFee(schedule, 1_000_000n, -5n)).toBe(110n)
    expect(() => checkFee(9n, 10n)).toThrow(code('FEE_LOW'))
  })

  it('returns of a declined add what it did not pay on and what came back, never more than it has', () => {
    expect(feesToReturn({ received: 7n, paidOn: 0n, base: 0n, returned: 0n, isLate: false })).toBe(7n)
    expect(feesToReturn({ received: 7n, paidOn: 4n, base: 0n, returned: 4n, isLate: false })).toBe(7n)
    expect(feesToReturn({ received: 7n, paidOn: 4n, base: 0n, returned: 1n, isLate: false })).toBe(4n)
    expect(feesToReturn({ received: 7n, paidOn: 4n, base: 0n, returned: 9n, isLate: false })).toBe(7n)
    expect(feesToReturn({ received: 7n, paidOn: 4n, base: 0n, returned: 1n, isLate: true })).toBe(1n)
    expect(feesToReturn({ received: 7n, paidOn: 4n, base: 0n, returned: 9n, isLate: true })).toBe(4n)
    expect(feesToReturn({ received: 7n, paidOn: 4n, base: 2n, returned: 4n, isLate: false })).toBe(5n)
    expect(feesToReturn({ received: 7n, paidOn: 4n, base: 9n, returned: 4n, isLate: false })).toBe(4n)
  })

  it('asks for the time for which what is locked on can be held after the lifetime', () => {
    const schedule = { feeBase: 0n, feePartsPerMillion: 0, feePerHour: 1000, feeHold: 7200, feeWindow: 50 }
    expect(hubFee(schedule, 1_000_000n, 3600n, 7200)).toBe(4000n)
    expect(hubFee(schedule, 1_000_000n, -5n, 0)).toBe(2000n)
  })
})

describe('signing a fold', () => {
  it('the payer: at most at the highest voucher it signed', () => {
    expect(() => checkPayerFold(id('22'), 5n, 5n)).not.toThrow()
    expect(() => checkPayerFold(id('22'), 6n, 5n)).toThrow(code('FOLD_TOO_HIGH'))
  })

  const fold: HubFold = {
    held: 50n,
    incomingStands: true,
    incomingFoldedAt: undefined,
    outcome: open,
  }
  const most = (part: Partial<HubFold>, amount: bigint): void => {
    expect(hubFoldLimit({ ...fold, ...part })).toBe(amount)
  }

  it('a hub: at most at a voucher that it holds, while its incoming lock stands and V is not closing', () => {
    most({}, 50n)
    most({ held: undefined }, 0n)
    most({ incomingStands: false }, 0n)
    most({ outcome: running }, 0n)
  })

  it('a hub: at most at the final amount, or at what its incoming lock was folded at', () => {
    most({ outcome: finalAt(30n) }, 30n)
    most({ incomingStands: false, incomingFoldedAt: 20n }, 20n)
    most({ held: undefined, incomingStands: false, incomingFoldedAt: 20n, outcome: finalAt(30n) }, 30n)
  })
})

describe('prolonging', () => {
  const path = [1, 2, 3, 4].map((one) => `0x${`0${one}`.repeat(20)}` as const)
  const terms = { path, token: `0x${'00'.repeat(20)}`, capacity: 5n, disputeWindow: 10, nonce: 0n } as const
  const asked: Prolonging = {
    terms,
    position: 1,
    until: 600n,
    standing: 500n,
    fees: [3n, 2n],
    paid: 5n,
    now: 100n,
    lifetimeMax: 500,
  }

  it('is paid for before, later, not for too long, and names a fee for each hub', () => {
    expect(() => checkProlong(asked)).not.toThrow()
    expect(() => checkProlong({ ...asked, paid: 4n })).toThrow(code('FEE_LOW'))
    expect(() => checkProlong({ ...asked, until: 500n })).toThrow(code('PROLONG_NOT_LATER'))
    expect(() => checkProlong({ ...asked, lifetimeMax: 499 })).toThrow(code('ADD_LIFETIME'))
    expect(() => checkProlong({ ...asked, fees: [3n] })).toThrow(code('ADD_MEMO_LENGTH'))
    expect(() => checkProlong({ ...asked, position: 3, fees: [], paid: 0n })).not.toThrow()
  })

  it('costs the time alone, rounded up', () => {
    const schedule = { feePerHour: 1000 }
    expect(timeFee(schedule, 1_000_000n, 3600n)).toBe(1000n)
    expect(timeFee(schedule, 1_000_000n, 3601n)).toBe(1001n)
    expect(timeFee(schedule, 1n, 1n)).toBe(1n)
    expect(timeFee({ feePerHour: 0 }, 1_000_000n, 3600n)).toBe(0n)
  })
})

describe('accepting a fold', () => {
  it('waits while V is closing on chain', () => {
    expect(() => checkFoldTime(id('22'), open, false)).not.toThrow()
    expect(() => checkFoldTime(id('22'), finalAt(1n), true)).not.toThrow()
    expect(() => checkFoldTime(id('22'), running, false)).toThrow(code('FOLD_WHILE_CLOSING'))
    expect(() => checkFoldTime(id('22'), running, true)).toThrow(code('FOLD_NOT_FINAL'))
  })

  it('a payee: covers its highest voucher, or the final amount', () => {
    expect(payeeFoldFloor(50n, open)).toBe(50n)
    expect(payeeFoldFloor(50n, finalAt(20n))).toBe(20n)
    expect(payeeFoldFloor(50n, finalAt(70n))).toBe(50n)
    expect(() => checkFoldCovers(id('22'), 49n, 50n)).toThrow(code('FOLD_TOO_LOW'))
    expect(() => checkFoldCovers(id('22'), 50n, 50n)).not.toThrow()
  })

  const exposure: OutgoingExposure = {
    capacity: 1000n,
    everSigned: true,
    cleared: false,
    largestFold: 40n,
    isWrittenOff: false,
    outcome: open,
  }

  it('a hub: covers the most that its outgoing lock can still bring', () => {
    expect(hubFoldFloor({ ...exposure, everSigned: false, largestFold: undefined })).toBe(0n)
    expect(hubFoldFloor(exposure)).toBe(1000n)
    expect(hubFoldFloor({ ...exposure, cleared: true })).toBe(40n)
    expect(hubFoldFloor({ ...exposure, cleared: true, largestFold: undefined })).toBe(0n)
    expect(hubFoldFloor({ ...exposure, outcome: finalAt(10n) })).toBe(40n)
    expect(hubFoldFloor({ ...exposure, outcome: finalAt(90n) })).toBe(90n)
    expect(hubFoldFloor({ ...exposure, outcome: running })).toBe(1000n)
  })

  it('a hub: takes no more than the chain would bring, once nothing more can be lost', () => {
    const settled: OutgoingExposure = { ...exposure, cleared: true }
    expect(hubFoldFloor({ ...settled, outcome: finalAt(10n) })).toBe(10n)
    expect(hubFoldFloor({ ...settled, outcome: finalAt(90n) })).toBe(40n)
    expect(hubFoldFloor({ ...settled, isWrittenOff: true })).toBe(0n)
    expect(hubFoldFloor({ ...settled, isWrittenOff: true, outcome: finalAt(10n) })).toBe(10n)
    expect(hubFoldFloor({ ...exposure, isWrittenOff: true })).toBe(1000n)
    expect(hubFoldFloor({ ...exposure, isWrittenOff: true, outcome: finalAt(90n) })).toBe(90n)
  })
})

describe('income', () => {
  const state = (seq: bigint, paid: bigint): LaneState => ({ ...emptyLane, seq, paid })
  const entry = (seq: bigint, paid: bigint, status: OutUpdate['status']): OutUpdate => ({
    update: {
      base: seq - 1n,
      operations: [],
      voucher: { channelId: id('11'), lane: 0, seq, paid, locked: 0n, locksRoot: ZERO_HASH },
      signature: '0x',
    },
    status,
    state: state(seq, paid),
  })

  it('of the peer is the lowest paid that this side signed since the peer countersigned, refused ones included', () => {
    const lane: OutLane = {
      ...emptyOutLane,
      base: { signed: undefined, state: state(3n, 30n) },
      updates: [entry(4n, 40n, 'accepted'), entry(5n, 20n, 'refused')],
      current: state(4n, 40n),
    }
    expect(peerIncome(lane)).toBe(20n)
    expect(peerIncome({ ...lane, updates: [entry(4n, 40n, 'accepted')] })).toBe(30n)
  })

  it('of this side counts what it countersigned, and what it refused since', () => {
    const base = { signed: undefined, state: state(3n, 30n) }
    const updates = [{ ...entry(4n, 40n, 'accepted'), at: 0n }]
    const lane = { ...emptyInLane, base, updates, current: state(4n, 40n) }
    expect(ownIncome(lane)).toBe(30n)
    expect(incomeOnceCountersigned(lane)).toBe(40n)
    const refused = refuseUpdate(lane, entry(5n, 10n, 'refused').update)
    expect(ownIncome(refused)).toBe(10n)
    expect(incomeOnceCountersigned(refused)).toBe(10n)
    const older = { ...lane, refused: { seq: 4n, lowestPaid: 10n } }
    expect(incomeOnceCountersigned(older)).toBe(40n)
  })
})

describe('what is spendable', () => {
  const funds = { deposit: 100n, withdrawn: 10n, reserved: 5n }

  it('is deposit less withdrawals less what is paid and locked, and income', () => {
    expect(spendable(funds, { paid: 20n, locked: 30n }, 4n)).toBe(39n)
    expect(() => checkSpending(funds, { paid: 59n, locked: 30n }, 4n)).not.toThrow()
    expect(() => checkSpending(funds, { paid: 60n, locked: 30n }, 4n)).toThrow(code('LANE_OVERSPENT'))
  })

  it('leaves out what the largest signed withdrawal can still take', () => {
    const withdrawal = { channelId: id('11'), party: 0 as const, deadline: 500n }
    const signed = [
      { ...withdrawal, total: 40n },
      { ...withdrawal, total: 60n, deadline: 400n },
    ]
    expect(withdrawalReserve(signed, 10n, 400n)).toBe(50n)
    expect(withdrawalReserve(signed, 10n, 401n)).toBe(30n)
    expect(withdrawalReserve(signed, 10n, 410n, 10n)).toBe(50n)
    expect(withdrawalReserve(signed, 60n, 401n)).toBe(0n)
    expect(withdrawalReserve([], 10n, 0n)).toBe(0n)
  })
})

describe('a payment', () => {
  const virtualId = digests.virtualId(terms)
  const voucherOf = (amount: bigint, part: Partial<SignedVoucher['voucher']> = {}): SignedVoucher => {
    const voucher = { virtualId, amount, tickAnchor: ZERO_HASH, tickValue: 0n, tickCount: 0, ...part }
    return { voucher, signature: fakeSigner(payer).sign(digests.voucher(voucher)) }
  }
  const held: PaymentContext = {
    virtualId,
    payer,
    capacity: 1000n,
    highest: voucherOf(100n),
    lockStands: true,
    closing: false,
    outcome: open,
    until: now + 60n,
    now,
  }
  const margins = { voucherMargin: 60, tickCountMax: 100 }
  const accept = (signed: SignedVoucher, part: Partial<PaymentContext> = {}) =>
    checkPayment(hashing, { ...held, ...part }, signed, margins)

  it('is accepted above the last and within the capacity', () => {
    expect(accept(voucherOf(101n))).toBe(101n)
    expect(accept(voucherOf(1000n))).toBe(1000n)
    expect(accept(voucherOf(1n), { highest: undefined })).toBe(1n)
  })

  it.each<[string, SignedVoucher, Partial<PaymentContext>]>([
    ['VIRTUAL_NO_LOCK', voucherOf(101n), { lockStands: false }],
    ['VIRTUAL_CLOSED', voucherOf(101n), { closing: true }],
    ['VIRTUAL_CLOSED', voucherOf(101n), { outcome: running }],
    ['VIRTUAL_CLOSED', voucherOf(101n), { outcome: finalAt(0n) }],
    ['VIRTUAL_EXPIRED', voucherOf(101n), { until: now + 59n }],
    ['PAYMENT_NOT_ABOVE', voucherOf(100n), {}],
    ['PAYMENT_ABOVE_CAPACITY', voucherOf(1001n), {}],
    ['PAYMENT_SIGNATURE_WRONG', { ...voucherOf(101n), signature: fakeSigner(hub).sign(id('33')) }, {}],
    ['PAYMENT_SIGNATURE_WRONG', { ...voucherOf(102n), signature: voucherOf(101n).signature }, {}],
    ['VIRTUAL_UNKNOWN', voucherOf(101n, { virtualId: id('44') }), {}],
    ['TICKS_HALF_SET', voucherOf(101n, { tickCount: 5 }), {}],
  ])('is refused as %s', (name, signed, part) => {
    expect(() => accept(signed, part)).toThrow(code(name))
  })

  describe('by ticks', () => {
    const seed = id('55')
    const anchor = tickAnchor(fakeCrypto.keccak256, seed, 50)
    const ticked = voucherOf(100n, { tickAnchor: anchor, tickValue: 10n, tickCount: 50 })
    const tick = (index: number) => tickAt(fakeCrypto.keccak256, seed, 50, index)

    it('is worth the voucher and its ticks, at most the capacity', () => {
      expect(accept({ ...ticked, tick: tick(3) })).toBe(130n)
      expect(accept({ ...ticked, tick: tick(4) }, { highest: { ...ticked, tick: tick(3) } })).toBe(140n)
      const rich = voucherOf(900n, { tickAnchor: anchor, tickValue: 10n, tickCount: 50 })
      expect(accept({ ...rich, tick: tick(50) }, { highest: voucherOf(10n) })).toBe(1000n)
    })

    it('is refused with a wrong preimage, an old tick, too many of them, or an anchor used before', () => {
      const highest = { ...ticked, tick: tick(3) }
      expect(() => accept({ ...ticked, tick: { index: 4, preimage: id('66') } }, { highest })).toThrow(
        code('TICK_PREIMAGE_WRONG'),
      )
      expect(() => accept({ ...ticked, tick: tick(3) }, { highest })).toThrow(code('PAYMENT_NOT_ABOVE'))
      expect(() => accept(voucherOf(101n, { tickAnchor: anchor, tickValue: 1n, tickCount: 101 }))).toThrow(
        code('PAYMENT_TICKS'),
      )
      const reused = voucherOf(200n, { tickAnchor: anchor, tickValue: 10n, tickCount: 50 })
      expect(() => accept(reused, { highest })).toThrow(code('PAYMENT_ANCHOR_REUSED'))
    })
  })
})

describe('signing lane updates', () => {
  const waiting = { countersignOperationsMax: 10, countersignFoldedMax: 100n }
  const laneWith = (count: number, status: OutUpdate['status'], locked = 0n): OutLane => ({
    ...emptyOutLane,
    base: { signed: undefined, state: { ...emptyLane, locked } },
    updates: Array.from({ length: count }, (_, i) => ({
      update: {
        base: BigInt(i),
        operations: [],
        voucher: { channelId: id('11'), lane: 0, seq: BigInt(i + 1), paid: 0n, locked: 0n, locksRoot: ZERO_HASH },
        signature: '0x',
      },
      status,
      state: { ...emptyLane, seq: BigInt(i + 1) },
    })),
  })
  const wide = { countersignOperationsMax: 1000, countersignFoldedMax: 100n }

  it('stops at 64 unanswered ones', () => {
    expect(maySign(laneWith(63, 'sent'), wide)).toBe(true)
    expect(maySign(laneWith(64, 'sent'), wide)).toBe(false)
  })

  it('stops when too many operations, or too much folded capacity, wait for a countersignature', () => {
    expect(maySign(laneWith(9, 'accepted'), waiting)).toBe(true)
    expect(maySign(laneWith(10, 'accepted'), waiting)).toBe(false)
    expect(maySign(laneWith(1, 'accepted', 99n), waiting)).toBe(true)
    expect(maySign(laneWith(1, 'accepted', 100n), waiting)).toBe(false)
  })

  it('stops when too many refused ones could be shown, but for a restatement that kills them', () => {
    expect(maySign(laneWith(64, 'refused'), wide)).toBe(false)
    expect(mayRestate(laneWith(64, 'refused'))).toBe(true)
    expect(mayRestate(laneWith(128, 'refused'))).toBe(false)
    expect(mayRestate(laneWith(64, 'sent'))).toBe(false)
  })

  describe('as a draft', () => {
    const limits = { countersignOperationsMax: 10, countersignFoldedMax: 100n, operationsPerUpdateMax: 4 }
    const drafting = (lane: OutLane, count: number): OutLane => ({
      ...lane,
      draft: { operations: Array.from({ length: count }, () => ({ type: 'pay', amount: 1n })), state: emptyLane },
    })

    it('begins where an update may be signed', () => {
      expect(mayDraft(laneWith(9, 'accepted'), 1, limits)).toBe(true)
      expect(() => checkMayDraft(laneWith(10, 'accepted'), 1, limits)).toThrow(code('LANE_FULL'))
    })

    it('goes on into the draft that is there while it holds no more than an update may', () => {
      const full = laneWith(9, 'accepted')
      expect(mayDraft(drafting(full, 3), 1, limits)).toBe(true)
      expect(mayDraft(drafting(full, 3), 2, limits)).toBe(false)
      expect(() => checkMayDraft(drafting(full, 3), 2, limits)).toThrow(code('LANE_FULL'))
    })

    it('goes on into another update once the draft is signed, which then waits like the others', () => {
      expect(mayDraft(drafting(laneWith(5, 'accepted'), 4), 1, limits)).toBe(true)
      expect(mayDraft(drafting(laneWith(6, 'accepted'), 4), 1, limits)).toBe(false)
      const many = { ...limits, countersignOperationsMax: 1000 }
      expect(mayDraft(drafting(laneWith(62, 'sent'), 4), 1, many)).toBe(true)
      expect(mayDraft(drafting(laneWith(63, 'sent'), 4), 1, many)).toBe(false)
    })

    it('counts the capacity that the draft frees', () => {
      const lane = laneWith(0, 'accepted', 100n)
      expect(mayDraft(drafting(lane, 4), 1, limits)).toBe(false)
      expect(mayDraft(drafting(laneWith(0, 'accepted', 99n), 4), 1, limits)).toBe(true)
    })
  })
})

describe('closing together', () => {
  const close = { channelId: id('11'), from: 0 as const, amount: 5n, deadline: 500n }

  it('needs both lanes without locks', () => {
    const locks = setLock(fakeCrypto.keccak256, emptyLocks, 0, { amount: 1n, condition: id('22') })
    expect(() => checkNoLocks(id('11'), [emptyLane, emptyLane])).not.toThrow()
    expect(() => checkNoLocks(id('11'), [emptyLane, { ...emptyLane, locks }])).toThrow(code('CLOSE_WITH_LOCKS'))
  })

  it('moves what the lanes come to', () => {
    expect(laneBalance([7n, 2n])).toEqual({ from: 0, amount: 5n })
    expect(laneBalance([2n, 7n])).toEqual({ from: 1, amount: 5n })
    expect(() => checkCloseAmount(close, [7n, 2n])).not.toThrow()
    expect(() => checkCloseAmount(close, [8n, 2n])).toThrow(code('CLOSE_AMOUNT_WRONG'))
    expect(() => checkCloseAmount(close, [2n, 7n])).toThrow(code('CLOSE_AMOUNT_WRONG'))
    expect(() => checkCloseAmount({ ...close, from: 1, amount: 0n }, [3n, 3n])).not.toThrow()
  })

  it('binds until a final block is past the deadline, but for a close to the same effect', () => {
    expect(closeBinds(close, 500n)).toBe(true)
    expect(closeBinds(close, 501n)).toBe(false)
    expect(sameEffect(close, { ...close, deadline: 900n })).toBe(true)
    expect(sameEffect(close, { ...close, amount: 6n })).toBe(false)
    expect(sameEffect(close, { ...close, from: 1 })).toBe(false)
  })

  it('takes no deadline too far or too near', () => {
    const bounds = { min: 10, max: 100 }
    expect(() => checkDeadline(150n, 50n, bounds)).not.toThrow()
    expect(() => checkDeadline(151n, 50n, bounds)).toThrow(code('DEADLINE_FAR'))
    expect(() => checkDeadline(59n, 50n, bounds)).toThrow(code('DEADLINE_NEAR'))
  })
})
