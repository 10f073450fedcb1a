import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lockEntries, locksRoot } from '../locks/tree.ts'
import type { Address, Id } from '../primitives/hex.ts'
import { incomeOnceCountersigned, ownIncome, peerIncome } from '../rules/income.ts'
import { createDigests } from '../signing/digests.ts'
import type { LaneHashing } from '../signing/hashing.ts'
import type { VirtualTerms } from '../terms/terms.ts'
import { fakeCrypto, fakeSigner } from '../testing/fake-crypto.ts'
import { markAccepted, rollBack } from './answer.ts'
import { countersignNewest, takeCountersignature } from './countersign.ts'
import { draftOperation, draftRestatement, draftState, emptyOutLane } from './draft.ts'
import type { InLane } from './in-lane.ts'
import type { LaneUpdate, Operation } from './operation.ts'
import type { OutLane } from './out-lane.ts'
import { acceptUpdate, emptyInLane, refuseUpdate } from './receive.ts'
import { checkAuthor, checkOrder, replay } from './replay.ts'
import { type LaneName, signDraft } from './sign.ts'
import type { LaneLock } from './state.ts'
import { holdsLockAnywhere, stateAt } from './waiting.ts'

const payer: Address = `0x${'aa'.repeat(20)}`
const receiver: Address = `0x${'bb'.repeat(20)}`
const token: Address = `0x${'00'.repeat(20)}`
const name: LaneName = { channelId: `0x${'11'.repeat(32)}`, lane: 0 }
const digests = createDigests({ chainId: 314n, contract: `0x${'cc'.repeat(20)}` }, fakeCrypto)
const hashing: LaneHashing = { crypto: fakeCrypto, digests }

const termsOf = (nonce: bigint, capacity: bigint): VirtualTerms => ({
  path: [payer, receiver],
  token,
  capacity,
  disputeWindow: 60,
  nonce,
})

type Answer =
  | { readonly type: 'accepted'; readonly seq: bigint }
  | { readonly type: 'refuse'; readonly seq: bigint; readonly newest: bigint }
  | { readonly type: 'countersign'; readonly seq: bigint; readonly signature: `0x${string}` }

/** A payer and a receiver with messages in order between them, each way. */
class Lane {
  out: OutLane = emptyOutLane
  received: InLane = emptyInLane
  readonly updates: LaneUpdate[] = []
  readonly answers: Answer[] = []
  #nonce = 0n

  add(capacity: bigint): void {
    this.#nonce += 1n
    const terms = termsOf(this.#nonce, capacity)
    this.#draft({ type: 'add', terms, memo: { until: [0n], fees: [] } })
  }

  fold(pick: number, share: number): void {
    const locks = [...lockEntries(draftState(this.out).locks)].map(([, lock]) => lock as LaneLock)
    const lock = locks[pick % Math.max(locks.length, 1)]
    if (lock === undefined) return
    this.#draft({ type: 'fold', lockId: lock.lockId, amount: (lock.amount * BigInt(share)) / 100n })
  }

  pay(amount: bigint): void {
    this.#draft({ type: 'pay', amount })
  }

  #draft(operation: Operation): void {
    this.out = draftOperation(hashing, this.out, operation)
  }

  sign(): void {
    const signed = signDraft(hashing, fakeSigner(payer), name, this.out, 0n)
    if (signed === undefined) return
    this.out = signed.lane
    this.updates.push(signed.update)
  }

  receive(isWilling: boolean): void {
    const update = this.updates.shift()
    if (update === undefined) return
    checkAuthor(hashing, name, payer, update)
    try {
      checkOrder(this.received, update)
      if (!isWilling) throw new Error('unwilling')
      const state = replay(hashing, this.received.current, update)
      this.received = acceptUpdate(this.received, update, state, 0n)
      this.answers.push({ type: 'accepted', seq: state.seq })
    } catch {
      const { seq } = update.voucher
      this.received = refuseUpdate(this.received, update)
      this.answers.push({ type: 'refuse', seq, newest: this.received.current.seq })
    }
  }

  countersign(): void {
    const signed = countersignNewest(hashing, fakeSigner(receiver), this.received)
    if (signed === undefined) return
    this.received = signed.lane
    this.answers.push({ type: 'countersign', seq: signed.seq, signature: signed.signature })
  }

  answer(): void {
    const answer = this.answers.shift()
    if (answer?.type === 'accepted') this.out = markAccepted(this.out, answer.seq)
    if (answer?.type === 'countersign') this.out = takeCountersignature(hashing, receiver, this.out, answer, 0n)
    if (answer?.type !== 'refuse') return
    this.sign()
    const before = this.out
    this.out = rollBack(before, answer.seq, answer.newest)
    if (this.out !== before) this.out = draftRestatement(this.out)
  }

  settle(): void {
    for (let round = 0; round < 3; round++) {
      this.sign()
      while (this.updates.length > 0) this.receive(true)
      this.countersign()
      while (this.answers.length > 0) this.answer()
    }
  }
}

const step = fc.oneof(
  fc.record({ do: fc.constant('add' as const), amount: fc.bigInt({ min: 1n, max: 1000n }) }),
  fc.record({ do: fc.constant('fold' as const), pick: fc.nat(9), share: fc.nat(100) }),
  fc.record({ do: fc.constant('pay' as const), amount: fc.bigInt({ min: 0n, max: 1000n }) }),
  fc.record({ do: fc.constantFrom('sign' as const, 'receive' as const, 'answer' as const, 'countersign' as const) }),
  fc.record({ do: fc.constant('refuse' as const) }),
)

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

function apply(lane: Lane, one: Step): void {
  switch (one.do) {
    case 'add':
      lane.add(one.amount)
      break
    case 'fold':
      lane.fold(one.pick, one.share)
      break
    case 'pay':
      lane.pay(one.amount)
      break
    case 'sign':
      lane.sign()
      break
    case 'receive':
      lane.receive(true)
      break
    case 'refuse':
      lane.receive(false)
      break
    case 'answer':
      lane.answer()
      break
    case 'countersign':
      lane.countersign()
      break
  }
}

const forAllRuns = (check: (lane: Lane) => void, after: (lane: Lane) => void): void =>
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const lane = new Lane()
      for (const one of steps) {
        apply(lane, one)
        check(lane)
      }
      after(lane)
    }),
    { numRuns: 300 },
  )

describe('a lane between two sides', () => {
  it('comes to the same state on both, whatever was refused', () => {
    forAllRuns(
      () => {},
      (lane) => {
        lane.settle()
        const { seq, paid, locked, locks } = lane.out.current
        expect(lane.received.current).toMatchObject({ seq, paid, locked })
        expect(locksRoot(lane.received.current.locks)).toBe(locksRoot(locks))
        expect(lane.received.refused).toBeUndefined()
        expect(lane.out.updates).toEqual([])
        expect(lane.out.base.signed).toEqual(lane.received.base.signed)
      },
    )
  })

  it('never signs two vouchers with one seq, and each signed one stands for its locks', () => {
    const seen = new Map<bigint, string>()
    forAllRuns(
      (lane) => {
        for (const { update, state } of lane.out.updates) {
          const { seq, locked, locksRoot: root } = update.voucher
          expect(root).toBe(locksRoot(state.locks))
          expect([...lockEntries(state.locks)].reduce((sum, [, lock]) => sum + lock.amount, 0n)).toBe(locked)
          expect(seen.get(seq) ?? update.signature).toBe(update.signature)
          seen.set(seq, update.signature)
        }
      },
      () => seen.clear(),
    )
  })

  it('counts as income never more than the receiver can still come to on chain', () => {
    forAllRuns(
      (lane) => {
        // The payer's view, with all it ever signed above what it holds countersigned, is the careful one.
        const shown = [lane.received.base.state.paid, ...lane.received.updates.map(({ state }) => state.paid)]
        expect(shown.every((paid) => peerIncome(lane.out) <= paid)).toBe(true)
        expect(ownIncome(lane.received)).toBeLessThanOrEqual(incomeOnceCountersigned(lane.received))
      },
      (lane) => {
        lane.settle()
        expect(peerIncome(lane.out)).toBe(ownIncome(lane.received))
      },
    )
  })

  it('keeps every state that can still be shown', () => {
    forAllRuns(
      (lane) => {
        for (const { state } of lane.out.updates) expect(stateAt(lane.out, state.seq)).toBe(state)
        expect(stateAt(lane.received, lane.received.current.seq)).toBeDefined()
        const shownSeq = lane.received.current.seq
        expect(stateAt(lane.out, shownSeq)?.paid ?? lane.received.current.paid).toBe(lane.received.current.paid)
      },
      () => {},
    )
  })
})

describe('a refusal', () => {
  const signedLane = (): Lane => {
    const lane = new Lane()
    for (const amount of [1n, 2n, 3n]) {
      lane.pay(amount)
      lane.sign()
    }
    return lane
  }

  it('takes the payer back to the voucher named, and its next seq is unused', () => {
    const lane = signedLane()
    lane.out = rollBack(lane.out, 2n, 1n)
    expect(lane.out.current).toMatchObject({ seq: 1n, paid: 1n })
    lane.pay(10n)
    lane.sign()
    expect(lane.updates.at(-1)).toMatchObject({ base: 1n, voucher: { seq: 4n, paid: 11n } })
  })

  it('is ignored below the newest countersigned voucher', () => {
    const lane = signedLane()
    for (let i = 0; i < 3; i++) lane.receive(true)
    lane.countersign()
    while (lane.answers.length > 0) lane.answer()
    expect(() => rollBack(lane.out, 2n, 1n)).toThrow(expect.objectContaining({ code: 'REFUSAL_BELOW_COUNTERSIGNED' }))
  })

  it('of what is refused already changes nothing', () => {
    const lane = signedLane()
    const once = rollBack(lane.out, 2n, 1n)
    expect(rollBack(once, 3n, 1n)).toBe(once)
  })

  it('of what was never signed, or back to what was refused, is an error', () => {
    const lane = signedLane()
    const code = expect.objectContaining({ code: 'REFUSAL_UNKNOWN' })
    expect(() => rollBack(lane.out, 9n, 1n)).toThrow(code)
    expect(() => rollBack(lane.out, 2n, 2n)).toThrow(code)
    const once = rollBack(lane.out, 2n, 1n)
    lane.out = once
    lane.pay(5n)
    lane.sign()
    expect(() => rollBack(lane.out, 4n, 3n)).toThrow(code)
  })

  it('counts as signed until a newer voucher is countersigned', () => {
    const lane = new Lane()
    lane.add(100n)
    lane.sign()
    const virtualId = digests.virtualId(termsOf(1n, 100n))
    lane.receive(false)
    lane.answer()
    expect(holdsLockAnywhere(lane.out, 0, virtualId)).toBe(true)
    lane.settle()
    expect(holdsLockAnywhere(lane.out, 0, virtualId)).toBe(false)
  })

  it('does not end a lane, however many come in a row', () => {
    const lane = new Lane()
    for (let i = 0; i < 200; i++) {
      lane.pay(1n)
      lane.sign()
      lane.receive(false)
      lane.answer()
    }
    lane.settle()
    expect(lane.received.current.seq).toBe(lane.out.current.seq)
    expect(lane.received.current.seq).toBeGreaterThan(200n)
  })
})

describe('an update', () => {
  const receive = (change: (update: LaneUpdate) => LaneUpdate, prepare: (lane: Lane) => void = () => {}): void => {
    const lane = new Lane()
    lane.pay(5n)
    lane.sign()
    lane.receive(true)
    prepare(lane)
    lane.add(50n)
    lane.sign()
    const changed = change(lane.updates.at(-1) as LaneUpdate)
    const update = { ...changed, signature: fakeSigner(payer).sign(digests.laneVoucher(changed.voucher)) }
    checkAuthor(hashing, name, payer, update)
    checkOrder(lane.received, update)
    replay(hashing, lane.received.current, update)
  }
  const voucher = (part: Partial<LaneUpdate['voucher']>) => (update: LaneUpdate) => ({
    ...update,
    voucher: { ...update.voucher, ...part },
  })

  it('is accepted as it is', () => {
    expect(() => receive((update) => update)).not.toThrow()
  })

  it.each([
    ['LANE_CHANNEL_WRONG', voucher({ channelId: `0x${'22'.repeat(32)}` as Id })],
    ['LANE_INDEX_WRONG', voucher({ lane: 1 })],
    ['LANE_SEQ_NOT_ABOVE', voucher({ seq: 1n })],
    ['LANE_SEQ_GAP', voucher({ seq: 66n })],
    ['LANE_PAID_MISMATCH', voucher({ paid: 6n })],
    ['LANE_LOCKED_MISMATCH', voucher({ locked: 49n })],
    ['LANE_ROOT_MISMATCH', voucher({ locksRoot: `0x${'33'.repeat(32)}` })],
    ['LANE_BASE_UNKNOWN', (update: LaneUpdate) => ({ ...update, base: 0n })],
    [
      'FOLD_LOCK_UNKNOWN',
      (update: LaneUpdate) => ({
        ...update,
        operations: [{ type: 'fold', lockId: name.channelId, amount: 1n }] as const,
      }),
    ],
  ])('is refused as %s', (code, change) => {
    expect(() => receive(change)).toThrow(expect.objectContaining({ code }))
  })

  it('is refused if somebody else signed it', () => {
    const lane = new Lane()
    lane.pay(5n)
    lane.sign()
    const [update] = lane.updates
    if (update === undefined) throw new Error('no update')
    const forged = { ...update, signature: fakeSigner(receiver).sign(digests.laneVoucher(update.voucher)) }
    expect(() => checkAuthor(hashing, name, payer, forged)).toThrow(
      expect.objectContaining({ code: 'LANE_SIGNATURE_WRONG' }),
    )
  })

  it('is not taken at or below a refused seq', () => {
    const lane = new Lane()
    lane.pay(5n)
    lane.sign()
    const [update] = lane.updates
    lane.receive(false)
    expect(() => checkOrder(lane.received, update as LaneUpdate)).toThrow(
      expect.objectContaining({ code: 'LANE_SEQ_NOT_ABOVE' }),
    )
  })

  it('folds at most at its lock', () => {
    const lane = new Lane()
    lane.add(50n)
    const virtualId = digests.virtualId(termsOf(1n, 50n))
    expect(() => draftOperation(hashing, lane.out, { type: 'fold', lockId: virtualId, amount: 51n })).toThrow(
      expect.objectContaining({ code: 'FOLD_ABOVE_LOCK' }),
    )
  })
})

describe('a countersignature', () => {
  const signed = (): Lane => {
    const lane = new Lane()
    lane.pay(5n)
    lane.sign()
    return lane
  }

  it('by anybody but the receiver is an error', () => {
    const lane = signed()
    const digest = digests.laneVoucher((lane.updates[0] as LaneUpdate).voucher)
    const signature = fakeSigner(payer).sign(digest)
    expect(() => takeCountersignature(hashing, receiver, lane.out, { seq: 1n, signature }, 0n)).toThrow(
      expect.objectContaining({ code: 'COUNTERSIGN_WRONG' }),
    )
  })

  it('on a voucher never signed, or refused, is an error', () => {
    const lane = signed()
    const signature = fakeSigner(receiver).sign(digests.laneVoucher((lane.updates[0] as LaneUpdate).voucher))
    const refused = rollBack(lane.out, 1n, 0n)
    const code = expect.objectContaining({ code: 'COUNTERSIGN_UNKNOWN' })
    expect(() => takeCountersignature(hashing, receiver, lane.out, { seq: 2n, signature }, 0n)).toThrow(code)
    expect(() => takeCountersignature(hashing, receiver, refused, { seq: 1n, signature }, 0n)).toThrow(code)
  })
})
