import {
  createDigests,
  type Id,
  type LaneUpdate,
  type Memo,
  NATIVE_TOKEN,
  type SignedVoucher,
  tickAnchor,
  tickAt,
  type VirtualTerms,
} from '@sluice/protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { signCloseRequest } from '../defence/close-request.ts'
import { Puppet, type PuppetChannel } from '../testing/puppet.ts'
import { createWorld, type Party, type World } from '../testing/world.ts'

const policy = { forward: true, forwardWait: 2 }

let world: World
let hub: Party
let payer: Puppet
let payee: Puppet
let nonce = 0n

beforeEach(async () => {
  world = createWorld({ seed: 5, parties: { hub: { money: 100_000n, policy } } })
  hub = world.party('hub')
  await world.start()
  payer = new Puppet(world, 'payer', world.signerOf(101))
  payee = new Puppet(world, 'payee', world.signerOf(102))
  for (const puppet of [payer, payee]) {
    await puppet.start()
    await puppet.connect(hub)
  }
})

afterEach(() => world.stop())

function termsOf(path: readonly Id[], capacity = 300n): VirtualTerms {
  nonce += 1n
  const minute = BigInt(Math.floor(world.scheduler.now() / 60_000))
  return { path, token: NATIVE_TOKEN, capacity, disputeWindow: 10, nonce: (minute << 32n) + nonce }
}

function memoOf(hops: number): Memo {
  const now = BigInt(Math.floor(world.scheduler.now() / 1000))
  const until = Array.from({ length: hops }, (_, i) => now + 600n - BigInt(i) * 10n)
  return { until, fees: Array.from({ length: hops - 1 }, () => 0n) }
}

const requestClose = (puppet: Puppet, id: Id) => signCloseRequest(puppet.signer, world.chain.digests, id, 2n ** 63n)

const idOf = (terms: VirtualTerms): Id => createDigests(world.chain.domain, world.crypto).virtualId(terms)

/** What the hub refused of an update, if it did. */
const refusedCode = (puppet: Puppet, update: LaneUpdate): string | undefined =>
  puppet.heardOf('refuse').find(({ seq }) => seq === update.voucher.seq)?.code

const statusOf = (virtualId: Id) => hub.engine.virtuals().find((view) => view.virtualId === virtualId)?.status

describe('a hub between two that keep no rule', () => {
  let fromPayer: PuppetChannel
  let toPayee: PuppetChannel
  let terms: VirtualTerms
  let virtualId: Id

  beforeEach(async () => {
    fromPayer = await payer.open(hub, 5000n)
    toPayee = await payee.open(hub, 0n)
    await world.finish(hub.engine.topUp(toPayee.channelId, 5000n))
    terms = termsOf([payer.address, hub.address, payee.address])
    virtualId = idOf(terms)
  })

  const add = (changed: VirtualTerms = terms) =>
    payer.update(fromPayer, [{ type: 'add', terms: changed, memo: memoOf(changed.path.length - 1) }])
  const fold = (amount: bigint) => payer.update(fromPayer, [{ type: 'fold', lockId: virtualId, amount }])
  const newestToPayee = (): LaneUpdate => {
    const update = payee.heardOf('update').at(-1)?.update
    if (update === undefined) throw new Error('the hub sent no update')
    return update
  }
  const accept = async (update: LaneUpdate) => {
    const { channelId, lane, seq } = update.voucher
    payee.send(hub.address, { type: 'accepted', channelId, lane, seq })
    await world.scheduler.runFor(200)
  }
  const refuse = async (update: LaneUpdate, code = 'ADD_WINDOW') => {
    const { channelId, lane, seq } = update.voucher
    payee.send(hub.address, { type: 'refuse', channelId, lane, seq, newest: update.base, code })
    await world.scheduler.runFor(200)
  }
  const countersign = async (update: LaneUpdate) => {
    payee.countersign(update, hub)
    await world.scheduler.runFor(200)
  }
  const claim = async (amount: bigint, signer: Puppet = payer) => {
    payee.send(hub.address, { type: 'claim', virtualId, voucher: signer.pay(virtualId, amount) })
    await world.scheduler.runFor(200)
  }
  const foldsToPayee = () => payee.heardOf('update').filter(({ update }) => update.operations[0]?.type === 'fold')

  it('locks on what was locked for it', async () => {
    await add()
    expect(newestToPayee()).toMatchObject({ operations: [{ type: 'add', terms }], voucher: { locked: 300n } })
  })

  it('accepts no fold below its lock while its own lock can still be shown', async () => {
    await add()
    const early = await fold(299n)
    expect(refusedCode(payer, early)).toBe('FOLD_TOO_LOW')
    const full = await fold(300n)
    expect(refusedCode(payer, full)).toBeUndefined()
  })

  it('folds only at a voucher of the payer', async () => {
    await add()
    await accept(newestToPayee())
    await claim(100n, payee)
    expect(foldsToPayee()).toEqual([])
    await claim(301n)
    expect(foldsToPayee()).toEqual([])
    await claim(100n)
    expect(foldsToPayee()).toMatchObject([{ update: { operations: [{ type: 'fold', amount: 100n }] } }])
  })

  it('folds at no tick that was not revealed, nor for anybody but the next in the path', async () => {
    await add()
    await accept(newestToPayee())
    const seed = `0x${'5e'.repeat(32)}` as const
    const { keccak256 } = world.crypto
    const voucher = { virtualId, amount: 10n, tickAnchor: tickAnchor(keccak256, seed, 9), tickValue: 10n, tickCount: 9 }
    const signed = { voucher, signature: payer.signer.sign(world.chain.digests.voucher(voucher)) }
    const ticked = (index: number, shown: number) => ({
      ...signed,
      tick: { ...tickAt(keccak256, seed, 9, shown), index },
    })
    payee.send(hub.address, { type: 'claim', virtualId, voucher: ticked(9, 3) })
    payer.send(hub.address, { type: 'claim', virtualId, voucher: ticked(3, 3) })
    await world.scheduler.runFor(200)
    expect(foldsToPayee()).toEqual([])
    payee.send(hub.address, { type: 'claim', virtualId, voucher: ticked(3, 3) })
    await world.scheduler.runFor(200)
    expect(foldsToPayee()).toMatchObject([{ update: { operations: [{ type: 'fold', amount: 40n }] } }])
  })

  it('lets only neighbours decline, or ask for a close, each from its side', async () => {
    await add()
    await accept(newestToPayee())
    payer.send(hub.address, { type: 'decline', virtualId, code: 'NO', returned: 0n })
    payee.send(hub.address, { type: 'requestClose', virtualId })
    await world.scheduler.runFor(200)
    expect(statusOf(virtualId)).toBe('open')
    expect(foldsToPayee()).toEqual([])
    payer.send(hub.address, { type: 'requestClose', virtualId })
    await world.scheduler.runFor(200)
    expect(payee.heardOf('requestClose')).toMatchObject([{ virtualId }])
  })

  it('accepts nothing more on a channel that it signed a close of', async () => {
    hub.engine.closeChannel(fromPayer.channelId, 'cooperative').catch(() => {})
    await world.scheduler.runFor(200)
    expect(payer.heardOf('close')).toHaveLength(1)
    const pay = await payer.update(fromPayer, [{ type: 'pay', amount: 1n }])
    expect(refusedCode(payer, pay)).toBe('CHANNEL_CLOSING')
  })

  it('lets the payer fold at what it folded at, once that is countersigned and not before', async () => {
    await add()
    await accept(newestToPayee())
    await claim(100n)
    const folded = newestToPayee()
    await accept(folded)
    expect(refusedCode(payer, await fold(100n))).toBe('FOLD_TOO_LOW')
    expect(payer.heardOf('claim')).toEqual([])
    await countersign(folded)
    expect(payer.heardOf('claim')).toMatchObject([{ virtualId, voucher: { voucher: { amount: 100n } } }])
    expect(refusedCode(payer, await fold(99n))).toBe('FOLD_TOO_LOW')
    expect(refusedCode(payer, await fold(100n))).toBeUndefined()
    expect(statusOf(virtualId)).toBe('closed')
  })

  it('counts a refused fold as signed: the largest decides', async () => {
    await add()
    await accept(newestToPayee())
    await claim(200n)
    await refuse(newestToPayee(), 'FOLD_TOO_LOW')
    expect(newestToPayee()).toMatchObject({ operations: [], voucher: { locked: 300n } })
    await claim(100n)
    const folded = newestToPayee()
    await accept(folded)
    await countersign(folded)
    expect(refusedCode(payer, await fold(100n))).toBe('FOLD_TOO_LOW')
    expect(refusedCode(payer, await fold(200n))).toBeUndefined()
  })

  it('counts a refused add as signed until a newer voucher is countersigned', async () => {
    await add()
    await refuse(newestToPayee())
    expect(refusedCode(payer, await fold(0n))).toBe('FOLD_TOO_LOW')
    expect(payer.heardOf('decline')).toEqual([])
    const restated = newestToPayee()
    expect(restated).toMatchObject({ operations: [], voucher: { seq: 2n, locked: 0n } })
    await accept(restated)
    await countersign(restated)
    expect(payer.heardOf('decline')).toMatchObject([{ virtualId, code: 'ADD_WINDOW' }])
    expect(refusedCode(payer, await fold(0n))).toBeUndefined()
    expect(statusOf(virtualId)).toBe('declined')
  })

  it('does not go back below what was countersigned', async () => {
    await add()
    const added = newestToPayee()
    await accept(added)
    await countersign(added)
    await refuse(added)
    await claim(100n)
    expect(newestToPayee()).toMatchObject({ base: 1n, operations: [{ type: 'fold', amount: 100n }] })
  })

  it('does not sign for ever for one that refuses all', async () => {
    let answered = 0
    for (let round = 0; round < 300; round++) {
      if (round % 10 === 0) await add(termsOf([payer.address, hub.address, payee.address], 10n))
      const updates = payee.heardOf('update')
      for (const { update } of updates.slice(answered)) await refuse(update)
      answered = updates.length
    }
    expect(payee.heardOf('update').length).toBeLessThan(80)
  })

  it('takes an id once only, wherever it was seen', async () => {
    await add()
    expect(refusedCode(payer, await add())).toBe('ADD_ID_SEEN')
    const shown = termsOf([payer.address, hub.address, payee.address])
    const request = requestClose(payer, idOf(shown))
    world.chain.submit(payer.address, { type: 'closeVirtual', terms: shown, request })
    await world.scheduler.runFor(2_000)
    expect(refusedCode(payer, await add(shown))).toBe('ADD_ID_SEEN')
  })

  it('neither folds nor accepts a fold while the chain decides, and then by its answer', async () => {
    await add()
    await accept(newestToPayee())
    const request = requestClose(payer, virtualId)
    world.chain.submit(payer.address, { type: 'closeVirtual', terms, request })
    await world.scheduler.runFor(2_000)
    expect(refusedCode(payer, await fold(300n))).toBe('FOLD_WHILE_CLOSING')
    // A claim has no effect now: the payee has the whole window to redeem what it holds.
    await claim(100n)
    expect(foldsToPayee()).toEqual([])
    world.chain.submit(payee.address, { type: 'redeem', terms, signed: payer.pay(virtualId, 100n) })
    await world.scheduler.runFor(13_500)
    expect(newestToPayee()).toMatchObject({ operations: [{ type: 'fold', amount: 100n }] })
    expect(refusedCode(payer, await fold(99n))).toBe('FOLD_TOO_LOW')
    expect(refusedCode(payer, await fold(100n))).toBeUndefined()
  })

  it('lets a fold wait whose window is over and not yet final here, and does not press one that is refused', async () => {
    await add()
    await accept(newestToPayee())
    const request = requestClose(payer, virtualId)
    world.chain.submit(payer.address, { type: 'closeVirtual', terms, request })
    await world.scheduler.runFor(14_000)
    const own = newestToPayee()
    expect(own).toMatchObject({ operations: [{ type: 'fold', amount: 0n }] })
    await refuse(own, 'FOLD_WHILE_CLOSING')
    await world.scheduler.runFor(hub.policy.coverWait * 1000 - 2_000)
    expect(foldsToPayee()).toHaveLength(1)
    await world.scheduler.runFor(4_000)
    expect(foldsToPayee().length).toBeGreaterThan(1)
    expect(foldsToPayee().length).toBeLessThan(4)
  })

  it('accepts a fold that came between the end of a window and its finality, once that is seen', async () => {
    await add()
    await accept(newestToPayee())
    world.chain.submit(payer.address, { type: 'closeVirtual', terms, request: requestClose(payer, virtualId) })
    while (statusOf(virtualId) !== 'disputed') await world.scheduler.runFor(100)
    // The window of 10 s is over by the newest block now, and two blocks later by a final one.
    await world.scheduler.runFor(10_500)
    const update = await fold(0n)
    const isAccepted = () => payer.heardOf('accepted').some(({ seq }) => seq >= update.voucher.seq)
    expect([refusedCode(payer, update), isAccepted()]).toEqual([undefined, false])
    await world.scheduler.runFor(3_000)
    expect([refusedCode(payer, update), isAccepted()]).toEqual([undefined, true])
  })

  it('needs time between its two hops', async () => {
    const near = { ...memoOf(2), until: memoOf(2).until.map((second, i) => second + BigInt(i) * 6n) }
    await payer.update(fromPayer, [{ type: 'add', terms, memo: near }])
    expect(payee.heardOf('update')).toEqual([])
    expect(payer.heardOf('decline')).toMatchObject([{ code: 'ADD_LIFETIME_ORDER' }])
  })

  it('does not lock on for one that the chain decides already', async () => {
    const other = termsOf([payer.address, hub.address, payee.address])
    const update = payer.sign(fromPayer, [{ type: 'add', terms: other, memo: memoOf(2) }])
    const request = requestClose(payer, idOf(other))
    world.chain.submit(payer.address, { type: 'closeVirtual', terms: other, request })
    await world.scheduler.runFor(1_500)
    payer.send(hub.address, { type: 'update', update })
    await world.scheduler.runFor(200)
    expect(payee.heardOf('update')).toEqual([])
  })

  it('accepts nothing more once a close of the channel is seen', async () => {
    const request = requestClose(payer, fromPayer.channelId)
    world.chain.submit(payer.address, { type: 'startClose', terms: fromPayer.terms, request })
    await world.scheduler.runFor(1_500)
    expect(refusedCode(payer, await add())).toBe('CHANNEL_CLOSING')
    const pay = await payer.update(fromPayer, [{ type: 'pay', amount: 1n }])
    expect(refusedCode(payer, pay)).toBe('CHANNEL_CLOSING')
  })

  it('takes no update out of its turn, nor a forged one', async () => {
    const skipped = payer.sign(fromPayer, [{ type: 'pay', amount: 1n }])
    const late = await payer.update(fromPayer, [{ type: 'pay', amount: 0n }])
    expect(refusedCode(payer, late)).toBe('LANE_BASE_UNKNOWN')
    expect(skipped.voucher.seq).toBe(1n)
    const far = await payer.update(fromPayer, [{ type: 'pay', amount: 0n }], { seq: 90n })
    expect(refusedCode(payer, far)).toBe('LANE_SEQ_GAP')
    const before = payer.heard.length
    const forged = { ...payer.sign(fromPayer, [{ type: 'pay', amount: 1n }]), signature: skipped.signature }
    payer.send(hub.address, { type: 'update', update: forged })
    await world.scheduler.runFor(200)
    expect(payer.heard.length).toBe(before)
  })

  it('takes no lock of a resolver that it does not know, and names it', async () => {
    const subject = { resolver: payer.address, id: virtualId, side: 0 } as const
    const update = await payer.update(fromPayer, [{ type: 'lock', subject, amount: 10n, until: 600n }])
    expect(refusedCode(payer, update)).toBe('LOCK_RESOLVER_REFUSED')
    expect(refusedCode(payer, await add())).toBeUndefined()
  })

  it('takes no id again that it refused or declined, nor one twice in an update', async () => {
    const [declined, twice] = [terms, termsOf([payer.address, hub.address, payee.address])]
    const refused = termsOf([payer.address, hub.address, payee.address], 6000n)
    const adding = { type: 'add', terms: declined, memo: { ...memoOf(2), until: [0n, 0n] } } as const
    expect(refusedCode(payer, await payer.update(fromPayer, [adding]))).toBeUndefined()
    expect(payer.heardOf('decline')).toMatchObject([{ virtualId, code: 'ADD_LIFETIME' }])
    expect(refusedCode(payer, await add(declined))).toBe('ADD_ID_SEEN')
    await add(refused)
    await world.scheduler.runFor(hub.policy.coverWait * 1000 + 1_000)
    expect(refusedCode(payer, await add(refused))).toBe('ADD_ID_SEEN')
    const again = { type: 'add', terms: twice, memo: memoOf(2) } as const
    expect(refusedCode(payer, await payer.update(fromPayer, [again, again]))).toBe('ADD_ID_SEEN')
  })

  it('holds a bounded number of virtual channels open, and those that are over do not count', async () => {
    const here = createWorld({ seed: 6, parties: { hub: { money: 1000n, policy: { ...policy, virtualsMax: 2 } } } })
    await here.start()
    const small = here.party('hub')
    const puppet = new Puppet(here, 'puppet', here.signerOf(103))
    await puppet.start()
    await puppet.connect(small)
    const channel = await puppet.open(small, 500n)
    const opened = Array.from({ length: 4 }, () => termsOf([puppet.address, small.address], 10n))
    const declined = async (terms: VirtualTerms) => {
      const before = puppet.heardOf('decline').length
      const adding = { type: 'add', terms, memo: memoOf(1) } as const
      expect(refusedCode(puppet, await puppet.update(channel, [adding]))).toBeUndefined()
      return puppet.heardOf('decline')[before]?.code
    }
    const codes: (string | undefined)[] = []
    for (const terms of opened.slice(0, 3)) codes.push(await declined(terms))
    expect(codes).toEqual([undefined, undefined, 'ADD_VIRTUALS_MAX'])
    const [first, , unwanted, last] = opened
    if (first === undefined || unwanted === undefined || last === undefined) throw new RangeError('there are four')
    const folds = [first, unwanted].map((terms) => ({ type: 'fold', lockId: idOf(terms), amount: 0n }) as const)
    expect(refusedCode(puppet, await puppet.update(channel, folds))).toBeUndefined()
    expect(small.engine.virtuals()).toHaveLength(3)
    expect(await declined(last)).toBeUndefined()
    await here.stop()
  })

  it('has at most 64 updates unanswered', async () => {
    for (let i = 0; i < 70; i++) await add(termsOf([payer.address, hub.address, payee.address], 10n))
    expect(payee.heardOf('update')).toHaveLength(64)
    await accept(newestToPayee())
    expect(payee.heardOf('update').length).toBeGreaterThan(64)
  })

  it('neither folds nor locks on in a channel that is closing', async () => {
    await add()
    await accept(newestToPayee())
    const request = requestClose(payee, toPayee.channelId)
    world.chain.submit(payee.address, { type: 'startClose', terms: toPayee.terms, request })
    await world.scheduler.runFor(1_500)
    const before = payee.heardOf('update').length
    await claim(100n)
    await add(termsOf([payer.address, hub.address, payee.address]))
    expect(payee.heardOf('update')).toHaveLength(before)
    expect(payer.heardOf('decline')).toMatchObject([{ code: 'FORWARD_NO_CHANNEL' }])
  })

  it('accepts nothing beyond the deposit, after a while in which it might have come', async () => {
    const update = await add(termsOf([payer.address, hub.address, payee.address], 5001n))
    expect(refusedCode(payer, update)).toBeUndefined()
    await world.scheduler.runFor(6_000)
    expect(refusedCode(payer, update)).toBe('LANE_OVERSPENT')
    expect(payee.heardOf('update')).toEqual([])
  })

  it('accepts what a deposit covers that it sees a moment later', async () => {
    const update = await add(termsOf([payer.address, hub.address, payee.address], 5001n))
    const next = await add()
    const { terms: channel, lane } = fromPayer
    world.chain.submit(payer.address, { type: 'deposit', terms: channel, party: lane, amount: 400n })
    await world.scheduler.runFor(6_000)
    expect([refusedCode(payer, update), refusedCode(payer, next)]).toEqual([undefined, undefined])
    expect(payer.heardOf('accepted').at(-1)?.seq).toBe(next.voucher.seq)
  })

  it('lets nobody spend what it did not countersign', async () => {
    // The hub pays the payee 100 by a fold; the payee has no deposit of its own.
    await add()
    const added = newestToPayee()
    await accept(added)
    await claim(100n)
    const folded = newestToPayee()
    await accept(folded)
    const without = await payee.update(toPayee, [{ type: 'pay', amount: 100n }])
    await world.scheduler.runFor(6_000)
    expect(refusedCode(payee, without)).toBe('LANE_OVERSPENT')
    await countersign(folded)
    const withIt = await payee.update(toPayee, [{ type: 'pay', amount: 100n }])
    expect(refusedCode(payee, withIt)).toBeUndefined()
  })

  it('passes back no more fees than it was paid back', async () => {
    const memo = { ...memoOf(3), fees: [0n, 20n] }
    const far = termsOf([payer.address, hub.address, payee.address, `0x${'77'.repeat(20)}`])
    virtualId = idOf(far)
    await payer.update(fromPayer, [
      { type: 'add', terms: far, memo },
      { type: 'pay', amount: 20n },
    ])
    const added = newestToPayee()
    await accept(added)
    payee.send(hub.address, { type: 'decline', virtualId, code: 'NO', returned: 20n })
    await world.scheduler.runFor(200)
    const folded = newestToPayee()
    await accept(folded)
    await countersign(folded)
    expect(payer.heardOf('decline')).toMatchObject([{ virtualId, returned: 0n }])
  })

  it('takes no decline from one that claimed: the fee was earned', async () => {
    await payer.update(fromPayer, [
      { type: 'add', terms, memo: { ...memoOf(2), fees: [20n] } },
      { type: 'pay', amount: 20n },
    ])
    await accept(newestToPayee())
    await claim(100n)
    const folded = newestToPayee()
    payee.send(hub.address, { type: 'decline', virtualId, code: 'NO', returned: 0n })
    await world.scheduler.runFor(200)
    await accept(folded)
    await countersign(folded)
    expect(payer.heardOf('decline')).toEqual([])
    expect(payer.heardOf('claim')).toMatchObject([{ virtualId, voucher: { voucher: { amount: 100n } } }])
  })

  it('takes no claim from one that declined', async () => {
    await add()
    await accept(newestToPayee())
    payee.send(hub.address, { type: 'decline', virtualId, code: 'NO', returned: 0n })
    await claim(100n)
    expect(foldsToPayee()).toMatchObject([{ update: { operations: [{ type: 'fold', amount: 0n }] } }])
  })

  it('locks on nothing while it cannot see the chain', async () => {
    world.chain.setDown(true)
    await world.scheduler.runFor(hub.policy.chainSilenceMax * 1000 + 2_000)
    const before = payee.heardOf('update').length
    await add()
    expect(payee.heardOf('update').length).toBe(before)
    await world.scheduler.runFor(policy.forwardWait * 1000 + 1_000)
    expect(payer.heardOf('decline')).toMatchObject([{ code: 'FORWARD_CHAIN_STALE' }])
  })

  it('gives no new lock to one that does not countersign', async () => {
    await add()
    await accept(newestToPayee())
    await world.scheduler.runFor(hub.policy.countersignTimeout * 1000 + 1_000)
    const before = payee.heardOf('update').length
    expect(payee.heardOf('countersignRequest').length).toBeGreaterThan(0)
    await add(termsOf([payer.address, hub.address, payee.address]))
    expect(payee.heardOf('update').length).toBe(before)
    expect(payer.heardOf('decline')).toMatchObject([{ code: 'FORWARD_NO_CHANNEL' }])
  })
})

describe('a payee whose payer keeps no rule', () => {
  let channel: PuppetChannel
  let terms: VirtualTerms
  let virtualId: Id

  beforeEach(async () => {
    channel = await payer.open(hub, 5000n)
    terms = termsOf([payer.address, hub.address])
    virtualId = idOf(terms)
  })

  const add = () => payer.update(channel, [{ type: 'add', terms, memo: memoOf(1) }])
  const fold = (amount: bigint) => payer.update(channel, [{ type: 'fold', lockId: virtualId, amount }])
  const pay = async (amount: bigint) => {
    payer.send(hub.address, { type: 'voucher', terms, signed: payer.pay(virtualId, amount) })
    await world.scheduler.runFor(200)
  }
  const acceptedAmounts = () =>
    payer
      .heardOf('voucherAccepted')
      .map(({ amount }) => amount)
      .filter((amount) => amount > 0n)

  it('accepts a voucher only once its lock stands', async () => {
    await pay(50n)
    expect(acceptedAmounts()).toEqual([])
    await add()
    expect(acceptedAmounts()).toEqual([50n])
  })

  it('gives up a voucher at once whose lock it refuses', async () => {
    const waiting = world.finish(hub.engine.admit(terms, payer.pay(virtualId, 50n)))
    const refused = expect(waiting).rejects.toMatchObject({ code: 'VIRTUAL_CLOSED' })
    await payer.update(channel, [{ type: 'add', terms, memo: { ...memoOf(1), until: [0n] } }])
    await refused
  })

  it('lets no stranger use up the id of a virtual channel', async () => {
    const stranger = await payee.open(hub, 500n)
    const update = await payee.update(stranger, [{ type: 'add', terms, memo: memoOf(1) }])
    expect(refusedCode(payee, update)).toBe('ADD_PATH_WRONG')
    expect(refusedCode(payer, await add())).toBeUndefined()
  })

  it('accepts no fold below the highest voucher', async () => {
    await add()
    await pay(50n)
    expect(refusedCode(payer, await fold(49n))).toBe('FOLD_TOO_LOW')
    expect(refusedCode(payer, await fold(50n))).toBeUndefined()
  })

  it('accepts no voucher after the fold, nor when the chain decides', async () => {
    await add()
    await pay(50n)
    await fold(50n)
    await pay(60n)
    expect(acceptedAmounts()).toEqual([50n])
  })

  it('accepts no voucher once the chain decides, and has redeemed what it had', async () => {
    await add()
    await pay(50n)
    const request = requestClose(payer, virtualId)
    world.chain.submit(payer.address, { type: 'closeVirtual', terms, request })
    await world.scheduler.runFor(1_500)
    await pay(60n)
    expect(acceptedAmounts()).toEqual([50n])
    expect(refusedCode(payer, await fold(50n))).toBe('FOLD_WHILE_CLOSING')
    await world.scheduler.runFor(13_500)
    expect(refusedCode(payer, await fold(49n))).toBe('FOLD_TOO_LOW')
    expect(refusedCode(payer, await fold(50n))).toBeUndefined()
  })

  it('accepts no voucher once it asked for the fold, nor once the channel closes', async () => {
    await add()
    await pay(50n)
    const other = termsOf([payer.address, hub.address])
    await payer.update(channel, [{ type: 'add', terms: other, memo: memoOf(1) }])
    hub.engine.closeVirtual(virtualId).catch(() => {})
    await world.scheduler.runFor(200)
    expect(payer.heardOf('claim')).toMatchObject([{ virtualId, voucher: { voucher: { amount: 50n } } }])
    await pay(60n)
    const request = requestClose(payer, channel.channelId)
    world.chain.submit(payer.address, { type: 'startClose', terms: channel.terms, request })
    await world.scheduler.runFor(1_500)
    payer.send(hub.address, { type: 'voucher', terms: other, signed: payer.pay(idOf(other), 10n) })
    await world.scheduler.runFor(200)
    expect(acceptedAmounts()).toEqual([50n])
  })

  it('lets no forged voucher take the place of one that waits for its lock', async () => {
    await pay(50n)
    const forged = { ...payer.pay(virtualId, 60n), signature: payee.pay(virtualId, 60n).signature }
    await expect(world.finish(hub.engine.admit(terms, forged))).rejects.toMatchObject({
      code: 'PAYMENT_SIGNATURE_WRONG',
    })
    await add()
    expect(acceptedAmounts()).toEqual([50n])
  })

  it('accepts no voucher while it cannot see the chain, and all of them after', async () => {
    await add()
    await pay(50n)
    world.chain.setDown(true)
    await world.scheduler.runFor(hub.policy.chainSilenceMax * 1000 + 2_000)
    await pay(60n)
    expect(acceptedAmounts()).toEqual([50n])
    world.chain.setDown(false)
    await world.scheduler.runFor(2_000)
    expect(acceptedAmounts()).toEqual([50n, 60n])
  })

  it('lets nobody in by a low voucher that the payer did not sign', async () => {
    await add()
    await pay(50n)
    const forged = { ...payer.pay(virtualId, 10n), signature: payee.pay(virtualId, 10n).signature }
    await expect(world.finish(hub.engine.admit(terms, forged))).rejects.toMatchObject({
      code: 'PAYMENT_SIGNATURE_WRONG',
    })
    const admitted = await world.finish(hub.engine.admit(terms, payer.pay(virtualId, 10n)))
    expect(admitted.accepted()).toBe(50n)
  })

  it('holds no voucher whose lock could come by no channel', async () => {
    const stray = termsOf([payer.address, payee.address, hub.address])
    await expect(world.finish(hub.engine.admit(stray, payer.pay(idOf(stray), 5n)))).rejects.toMatchObject({
      code: 'VIRTUAL_NO_LOCK',
    })
  })

  it('takes a voucher of a stranger for nothing', async () => {
    await add()
    const forged = { ...payer.pay(virtualId, 50n), signature: payee.pay(virtualId, 50n).signature }
    payer.send(hub.address, { type: 'voucher', signed: forged })
    payee.send(hub.address, { type: 'voucher', signed: payer.pay(virtualId, 40n) })
    await world.scheduler.runFor(200)
    expect(acceptedAmounts()).toEqual([])
    const other = termsOf([payer.address, hub.address])
    const early = { ...payer.pay(idOf(other), 5n), signature: forged.signature }
    await expect(world.finish(hub.engine.admit(other, early))).rejects.toMatchObject({
      code: 'PAYMENT_SIGNATURE_WRONG',
    })
    expect(payer.heardOf('voucherRefused')).toMatchObject([{ code: 'PAYMENT_SIGNATURE_WRONG' }])
  })
})

describe('a payer whose payee keeps no rule', () => {
  let channel: PuppetChannel
  let virtualId: Id
  let terms: VirtualTerms

  beforeEach(async () => {
    channel = await payee.open(hub, 0n)
    await world.finish(hub.engine.topUp(channel.channelId, 1000n))
    const options = { payee: payee.address, hubs: [], token: NATIVE_TOKEN, capacity: 300n, first: 50n }
    const opened = await world.finish(hub.engine.openVirtual(options))
    virtualId = opened.virtualId
    terms = opened.terms
    await world.scheduler.runFor(200)
  })

  const claimed = async (signed: SignedVoucher) => {
    payee.send(hub.address, { type: 'claim', virtualId, voucher: signed })
    await world.scheduler.runFor(200)
  }
  const first = (): SignedVoucher => {
    const signed = payee.heardOf('voucher')[0]?.signed
    if (signed === undefined) throw new Error('no voucher came')
    return signed
  }
  const folds = () =>
    payee.heardOf('update').flatMap(({ update }) => update.operations.filter(({ type }) => type === 'fold'))

  it('folds at a voucher of its own, and signs none after', async () => {
    await claimed(payee.pay(virtualId, 60n))
    expect(folds()).toEqual([])
    await claimed(first())
    expect(folds()).toMatchObject([{ amount: 50n }])
    await expect(world.finish(hub.engine.pay(virtualId, 60n))).rejects.toMatchObject({ code: 'VIRTUAL_CLOSED' })
  })

  it('gets back what the chain was shown as locked, though a newer voucher is countersigned too late', async () => {
    await claimed(first())
    const [added, folded] = payee.heardOf('update').map(({ update }) => update)
    if (added === undefined || folded === undefined) throw new Error('the hub signed an add and a fold')
    const request = requestClose(payee, channel.channelId)
    const receiverSignature = payee.signer.sign(world.chain.digests.laneVoucher(added.voucher))
    const voucher = { voucher: added.voucher, payerSignature: added.signature, receiverSignature }
    world.chain.submit(payee.address, { type: 'startClose', terms: channel.terms, voucher, request })
    await world.scheduler.runFor(22_000)
    payee.countersign(folded, hub)
    await world.scheduler.runUntil(
      'the channel to be over',
      () => hub.engine.channels().every(({ status }) => status === 'closed'),
      300_000,
    )
    expect(hub.money).toBe(100_000n)
  })

  it('does not fold while the chain decides', async () => {
    const request = requestClose(payee, virtualId)
    world.chain.submit(payee.address, { type: 'closeVirtual', terms, request })
    await world.scheduler.runFor(1_500)
    await claimed(first())
    expect(folds()).toEqual([])
  })
})
