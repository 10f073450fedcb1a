import { type Id, tickAnchor, tickAt, type VirtualTerms } from '@sluice/protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { HubScene } from '../testing/hub-scene.ts'
import type { Puppet, PuppetChannel } from '../testing/puppet.ts'
import type { Party, World } from '../testing/world.ts'

let scene: HubScene
let world: World
let hub: Party
let payer: Puppet
let payee: Puppet
let fromPayer: PuppetChannel
let toPayee: PuppetChannel
let terms: VirtualTerms
let virtualId: Id

beforeEach(async () => {
  scene = await HubScene.create()
  ;({ world, hub, payer, payee, fromPayer, toPayee, terms, virtualId } = scene)
})

afterEach(() => world.stop())

describe('a hub between two that keep no rule', () => {
  it('locks on what was locked for it', async () => {
    await scene.add()
    expect(scene.newest()).toMatchObject({ operations: [{ type: 'add', terms }], voucher: { locked: 300n } })
  })

  it('accepts no fold below its lock while its own lock can still be shown', async () => {
    await scene.add()
    const early = await scene.fold(299n)
    expect(scene.refusedCode(early)).toBe('FOLD_TOO_LOW')
    const full = await scene.fold(300n)
    expect(scene.refusedCode(full)).toBeUndefined()
  })

  it('folds only at a voucher of the payer', async () => {
    await scene.add()
    await scene.accept()
    await scene.claim(100n, payee)
    expect(scene.folds()).toEqual([])
    await scene.claim(301n)
    expect(scene.folds()).toEqual([])
    await scene.claim(100n)
    expect(scene.folds()).toMatchObject([{ operations: [{ type: 'fold', amount: 100n }] }])
  })

  it('folds at no tick that was not revealed, nor for anybody but the next in the path', async () => {
    await scene.add()
    await scene.accept()
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
    expect(scene.folds()).toEqual([])
    payee.send(hub.address, { type: 'claim', virtualId, voucher: ticked(3, 3) })
    await world.scheduler.runFor(200)
    expect(scene.folds()).toMatchObject([{ operations: [{ type: 'fold', amount: 40n }] }])
  })

  it('lets only neighbours decline, or ask for a close, each from its side', async () => {
    await scene.add()
    await scene.accept()
    payer.send(hub.address, { type: 'decline', virtualId, code: 'NO', returned: 0n })
    payee.send(hub.address, { type: 'requestClose', virtualId })
    await world.scheduler.runFor(200)
    expect(scene.statusOf(virtualId)).toBe('open')
    expect(scene.folds()).toEqual([])
    payer.send(hub.address, { type: 'requestClose', virtualId })
    await world.scheduler.runFor(200)
    expect(payee.heardOf('requestClose')).toMatchObject([{ virtualId }])
  })

  it('accepts nothing more on a channel that it signed a close of', async () => {
    hub.engine.closeChannel(fromPayer.channelId, 'cooperative').catch(() => {})
    await world.scheduler.runFor(200)
    expect(payer.heardOf('close')).toHaveLength(1)
    const pay = await payer.update(fromPayer, [{ type: 'pay', amount: 1n }])
    expect(scene.refusedCode(pay)).toBe('CHANNEL_CLOSING')
  })

  it('lets the payer fold at what it folded at, once that is countersigned and not before', async () => {
    await scene.add()
    await scene.accept()
    await scene.claim(100n)
    const folded = scene.newest()
    await scene.accept(folded)
    expect(scene.refusedCode(await scene.fold(100n))).toBe('FOLD_TOO_LOW')
    expect(payer.heardOf('claim')).toEqual([])
    await scene.countersign(folded)
    expect(payer.heardOf('claim')).toMatchObject([{ virtualId, voucher: { voucher: { amount: 100n } } }])
    expect(scene.refusedCode(await scene.fold(99n))).toBe('FOLD_TOO_LOW')
    expect(scene.refusedCode(await scene.fold(100n))).toBeUndefined()
    expect(scene.statusOf(virtualId)).toBe('closed')
  })

  it('counts a refused fold as signed: the largest decides', async () => {
    await scene.add()
    await scene.accept()
    await scene.claim(200n)
    await scene.refuse('FOLD_TOO_LOW', scene.newest())
    expect(scene.newest()).toMatchObject({ operations: [], voucher: { locked: 300n } })
    await scene.claim(100n)
    const folded = scene.newest()
    await scene.accept(folded)
    await scene.countersign(folded)
    expect(scene.refusedCode(await scene.fold(100n))).toBe('FOLD_TOO_LOW')
    expect(scene.refusedCode(await scene.fold(200n))).toBeUndefined()
  })

  it('counts a refused add as signed until a newer voucher is countersigned', async () => {
    await scene.add()
    await scene.refuse('ADD_WINDOW', scene.newest())
    expect(scene.refusedCode(await scene.fold(0n))).toBe('FOLD_TOO_LOW')
    expect(payer.heardOf('decline')).toEqual([])
    const restated = scene.newest()
    expect(restated).toMatchObject({ operations: [], voucher: { seq: 2n, locked: 0n } })
    await scene.accept(restated)
    await scene.countersign(restated)
    expect(payer.heardOf('decline')).toMatchObject([{ virtualId, code: 'ADD_WINDOW' }])
    expect(scene.refusedCode(await scene.fold(0n))).toBeUndefined()
    expect(scene.statusOf(virtualId)).toBe('declined')
  })

  it('does not go back below what was countersigned', async () => {
    await scene.add()
    const added = scene.newest()
    await scene.accept(added)
    await scene.countersign(added)
    await scene.refuse('ADD_WINDOW', added)
    await scene.claim(100n)
    expect(scene.newest()).toMatchObject({ base: 1n, operations: [{ type: 'fold', amount: 100n }] })
  })

  it('does not sign for ever for one that refuses all', async () => {
    let answered = 0
    for (let round = 0; round < 300; round++) {
      if (round % 10 === 0) await scene.add(scene.termsOf(undefined, 10n))
      const updates = payee.heardOf('update')
      for (const { update } of updates.slice(answered)) await scene.refuse('ADD_WINDOW', update)
      answered = updates.length
    }
    expect(payee.heardOf('update').length).toBeLessThan(80)
  })

  it('takes an id once only', async () => {
    await scene.add()
    expect(scene.refusedCode(await scene.add())).toBe('ADD_ID_SEEN')
  })

  it('gives back the lock of an id that it saw on chain, and what else is in the update stands', async () => {
    const [shown, other] = [scene.termsOf(), scene.termsOf()]
    const request = scene.closeRequest(payer, scene.idOf(shown))
    world.chain.submit(payer.address, { type: 'closeVirtual', terms: shown, request })
    await world.scheduler.runFor(2_000)
    const memo = scene.memoOf(2)
    const adds = [shown, other].map((each) => ({ type: 'add', terms: each, memo }) as const)
    expect(scene.refusedCode(await payer.update(fromPayer, adds))).toBeUndefined()
    expect(scene.newest().operations).toMatchObject([{ type: 'add', terms: other }])
    // The chain decides what it pays, so that no message is needed: its payer folds by the final amount.
    await world.scheduler.runFor(15_000)
    expect(scene.refusedCode(await scene.fold(0n, scene.idOf(shown)))).toBeUndefined()
    expect(scene.statusOf(scene.idOf(shown))).toBe('declined')
  })

  it('neither folds nor accepts a fold while the chain decides, and then by its answer', async () => {
    await scene.add()
    await scene.accept()
    const request = scene.closeRequest(payer, virtualId)
    world.chain.submit(payer.address, { type: 'closeVirtual', terms, request })
    await world.scheduler.runFor(2_000)
    expect(scene.refusedCode(await scene.fold(300n))).toBe('FOLD_WHILE_CLOSING')
    // A claim has no effect now: the payee has the whole window to redeem what it holds.
    await scene.claim(100n)
    expect(scene.folds()).toEqual([])
    world.chain.submit(payee.address, { type: 'redeem', terms, signed: payer.pay(virtualId, 100n) })
    await world.scheduler.runFor(13_500)
    expect(scene.newest()).toMatchObject({ operations: [{ type: 'fold', amount: 100n }] })
    expect(scene.refusedCode(await scene.fold(99n))).toBe('FOLD_TOO_LOW')
    expect(scene.refusedCode(await scene.fold(100n))).toBeUndefined()
  })

  it('lets a fold wait whose window is over and not yet final here, and does not press one that is refused', async () => {
    await scene.add()
    await scene.accept()
    const request = scene.closeRequest(payer, virtualId)
    world.chain.submit(payer.address, { type: 'closeVirtual', terms, request })
    await world.scheduler.runFor(14_000)
    expect(scene.newest()).toMatchObject({ operations: [{ type: 'fold', amount: 0n }] })
    await scene.refuse('FOLD_WHILE_CLOSING')
    await world.scheduler.runFor(hub.policy.coverWait * 1000 - 2_000)
    expect(scene.folds()).toHaveLength(1)
    await world.scheduler.runFor(4_000)
    expect(scene.folds().length).toBeGreaterThan(1)
    expect(scene.folds().length).toBeLessThan(4)
  })

  it('accepts a fold that came between the end of a window and its finality, once that is seen', async () => {
    await scene.add()
    await scene.accept()
    world.chain.submit(payer.address, { type: 'closeVirtual', terms, request: scene.closeRequest(payer, virtualId) })
    const isDisputed = () => hub.engine.virtuals().some(({ status }) => status === 'disputed')
    while (!isDisputed()) await world.scheduler.runFor(100)
    // The window of 10 s is over by the newest block now, and two blocks later by a final one.
    await world.scheduler.runFor(10_500)
    const update = await scene.fold(0n)
    const isAccepted = () => payer.heardOf('accepted').some(({ seq }) => seq >= update.voucher.seq)
    expect([scene.refusedCode(update), isAccepted()]).toEqual([undefined, false])
    await world.scheduler.runFor(3_000)
    expect([scene.refusedCode(update), isAccepted()]).toEqual([undefined, true])
  })

  it('needs time between its two hops', async () => {
    const near = { ...scene.memoOf(2), until: scene.memoOf(2).until.map((second, i) => second + BigInt(i) * 6n) }
    await payer.update(fromPayer, [{ type: 'add', terms, memo: near }])
    expect(payee.heardOf('update')).toEqual([])
    expect(payer.heardOf('decline')).toMatchObject([{ code: 'ADD_LIFETIME_ORDER' }])
  })

  it('does not lock on for one that the chain decides already', async () => {
    const other = scene.termsOf()
    const update = payer.sign(fromPayer, [{ type: 'add', terms: other, memo: scene.memoOf(2) }])
    const request = scene.closeRequest(payer, scene.idOf(other))
    world.chain.submit(payer.address, { type: 'closeVirtual', terms: other, request })
    await world.scheduler.runFor(1_500)
    payer.send(hub.address, { type: 'update', update })
    await world.scheduler.runFor(200)
    expect(payee.heardOf('update')).toEqual([])
  })

  it('accepts nothing more once a close of the channel is seen', async () => {
    const request = scene.closeRequest(payer, fromPayer.channelId)
    world.chain.submit(payer.address, { type: 'startClose', terms: fromPayer.terms, request })
    await world.scheduler.runFor(1_500)
    expect(scene.refusedCode(await scene.add())).toBe('CHANNEL_CLOSING')
    const pay = await payer.update(fromPayer, [{ type: 'pay', amount: 1n }])
    expect(scene.refusedCode(pay)).toBe('CHANNEL_CLOSING')
  })

  it('takes no update out of its turn, nor a forged one', async () => {
    const skipped = payer.sign(fromPayer, [{ type: 'pay', amount: 1n }])
    const late = await payer.update(fromPayer, [{ type: 'pay', amount: 0n }])
    expect(scene.refusedCode(late)).toBe('LANE_BASE_UNKNOWN')
    expect(skipped.voucher.seq).toBe(1n)
    const far = await payer.update(fromPayer, [{ type: 'pay', amount: 0n }], { seq: 90n })
    expect(scene.refusedCode(far)).toBe('LANE_SEQ_GAP')
    const before = payer.heard.length
    const forged = { ...payer.sign(fromPayer, [{ type: 'pay', amount: 1n }]), signature: skipped.signature }
    payer.send(hub.address, { type: 'update', update: forged })
    await world.scheduler.runFor(200)
    expect(payer.heard.length).toBe(before)
  })

  it('takes no lock of a resolver that it does not know, and names it', async () => {
    const subject = { resolver: payer.address, id: virtualId, side: 0 } as const
    const update = await payer.update(fromPayer, [{ type: 'lock', subject, amount: 10n, until: 600n }])
    expect(scene.refusedCode(update)).toBe('LOCK_RESOLVER_REFUSED')
    expect(scene.refusedCode(await scene.add())).toBeUndefined()
  })

  it('takes no id again that it refused or declined, nor one twice in an update', async () => {
    const [declined, twice] = [terms, scene.termsOf()]
    const refused = scene.termsOf(undefined, 6000n)
    const adding = { type: 'add', terms: declined, memo: { ...scene.memoOf(2), until: [0n, 0n] } } as const
    expect(scene.refusedCode(await payer.update(fromPayer, [adding]))).toBeUndefined()
    expect(payer.heardOf('decline')).toMatchObject([{ virtualId, code: 'ADD_LIFETIME' }])
    expect(scene.refusedCode(await scene.add(declined))).toBe('ADD_ID_SEEN')
    await scene.add(refused)
    await world.scheduler.runFor(hub.policy.coverWait * 1000 + 1_000)
    expect(scene.refusedCode(await scene.add(refused))).toBe('ADD_ID_SEEN')
    const again = { type: 'add', terms: twice, memo: scene.memoOf(2) } as const
    expect(scene.refusedCode(await payer.update(fromPayer, [again, again]))).toBe('ADD_ID_SEEN')
  })

  it('holds a bounded number of virtual channels open, and those that are over do not count', async () => {
    const small = await HubScene.create({ virtualsMax: 2 })
    const path = [small.payer.address, small.hub.address]
    const [first, second, unwanted, last] = [1, 2, 3, 4].map(() => small.termsOf(path, 10n))
    if (first === undefined || second === undefined || unwanted === undefined || last === undefined)
      throw new RangeError('there are four')
    const declines = () => small.payer.heardOf('decline').map(({ virtualId: id, code }) => [id, code])
    for (const changed of [first, second, unwanted]) expect(small.refusedCode(await small.add(changed))).toBeUndefined()
    const declined = [[small.idOf(unwanted), 'ADD_VIRTUALS_MAX']]
    expect(declines()).toEqual(declined)
    const folds = [first, unwanted].map((one) => ({ type: 'fold', lockId: small.idOf(one), amount: 0n }) as const)
    expect(small.refusedCode(await small.payer.update(small.fromPayer, folds))).toBeUndefined()
    expect(small.refusedCode(await small.add(last))).toBeUndefined()
    expect(declines()).toEqual(declined)
    await small.world.stop()
  })

  it('does not count what it declined among those, and remembers as many of these before it refuses more', async () => {
    const small = await HubScene.create({ virtualsMax: 2 })
    const path = [small.payer.address, small.hub.address]
    const add = (memo = small.memoOf(1)) =>
      small.payer.update(small.fromPayer, [{ type: 'add', terms: small.termsOf(path, 10n), memo }])
    const unwanted = { until: [0n], fees: [] }
    for (let i = 0; i < 2; i++) expect(small.refusedCode(await add(unwanted))).toBeUndefined()
    const declined = small.declines()
    expect(declined).toHaveLength(2)
    for (let i = 0; i < 2; i++) expect(small.refusedCode(await add())).toBeUndefined()
    expect(small.declines()).toEqual(declined)
    expect(small.refusedCode(await add(unwanted))).toBe('ADD_VIRTUALS_MAX')
    await small.world.stop()
  })

  it('has at most 64 updates unanswered', async () => {
    for (let i = 0; i < 70; i++) await scene.add(scene.termsOf(undefined, 10n))
    expect(payee.heardOf('update')).toHaveLength(64)
    await scene.accept()
    expect(payee.heardOf('update').length).toBeGreaterThan(64)
  })

  it('neither folds nor locks on in a channel that is closing', async () => {
    await scene.add()
    await scene.accept()
    const request = scene.closeRequest(payee, toPayee.channelId)
    world.chain.submit(payee.address, { type: 'startClose', terms: toPayee.terms, request })
    await world.scheduler.runFor(1_500)
    const before = payee.heardOf('update').length
    await scene.claim(100n)
    await scene.add(scene.termsOf())
    expect(payee.heardOf('update')).toHaveLength(before)
    expect(payer.heardOf('decline')).toMatchObject([{ code: 'FORWARD_NO_CHANNEL' }])
  })

  it('accepts nothing beyond the deposit, after a while in which it might have come', async () => {
    const update = await scene.add(scene.termsOf(undefined, 5001n))
    expect(scene.refusedCode(update)).toBeUndefined()
    await world.scheduler.runFor(6_000)
    expect(scene.refusedCode(update)).toBe('LANE_OVERSPENT')
    expect(payee.heardOf('update')).toEqual([])
  })

  it('accepts what a deposit covers that it sees a moment later', async () => {
    const update = await scene.add(scene.termsOf(undefined, 5001n))
    const next = await scene.add()
    const { terms: channel, lane } = fromPayer
    world.chain.submit(payer.address, { type: 'deposit', terms: channel, party: lane, amount: 400n })
    await world.scheduler.runFor(6_000)
    expect([scene.refusedCode(update), scene.refusedCode(next)]).toEqual([undefined, undefined])
    expect(payer.heardOf('accepted').at(-1)?.seq).toBe(next.voucher.seq)
  })

  it('lets nobody spend what it did not countersign', async () => {
    // The hub pays the payee 100 by a fold; the payee has no deposit of its own.
    await scene.add()
    const added = scene.newest()
    await scene.accept(added)
    await scene.claim(100n)
    const folded = scene.newest()
    await scene.accept(folded)
    const without = await payee.update(toPayee, [{ type: 'pay', amount: 100n }])
    await world.scheduler.runFor(6_000)
    expect(scene.refusedCode(without, payee)).toBe('LANE_OVERSPENT')
    await scene.countersign(folded)
    const withIt = await payee.update(toPayee, [{ type: 'pay', amount: 100n }])
    expect(scene.refusedCode(withIt, payee)).toBeUndefined()
  })

  it('passes back no more fees than it was paid back', async () => {
    const memo = { ...scene.memoOf(3), fees: [0n, 20n] }
    const far = scene.termsOf([payer.address, hub.address, payee.address, `0x${'77'.repeat(20)}`])
    virtualId = scene.idOf(far)
    await payer.update(fromPayer, [
      { type: 'add', terms: far, memo },
      { type: 'pay', amount: 20n },
    ])
    const added = scene.newest()
    await scene.accept(added)
    payee.send(hub.address, { type: 'decline', virtualId, code: 'NO', returned: 20n })
    await world.scheduler.runFor(200)
    const folded = scene.newest()
    await scene.accept(folded)
    await scene.countersign(folded)
    expect(payer.heardOf('decline')).toMatchObject([{ virtualId, returned: 0n }])
  })

  it('takes no decline from one that claimed: the fee was earned', async () => {
    await payer.update(fromPayer, [
      { type: 'add', terms, memo: { ...scene.memoOf(2), fees: [20n] } },
      { type: 'pay', amount: 20n },
    ])
    await scene.accept()
    await scene.claim(100n)
    const folded = scene.newest()
    payee.send(hub.address, { type: 'decline', virtualId, code: 'NO', returned: 0n })
    await world.scheduler.runFor(200)
    await scene.accept(folded)
    await scene.countersign(folded)
    expect(payer.heardOf('decline')).toEqual([])
    expect(payer.heardOf('claim')).toMatchObject([{ virtualId, voucher: { voucher: { amount: 100n } } }])
  })

  it('takes no claim from one that declined', async () => {
    await scene.add()
    await scene.accept()
    payee.send(hub.address, { type: 'decline', virtualId, code: 'NO', returned: 0n })
    await scene.claim(100n)
    expect(scene.folds()).toMatchObject([{ operations: [{ type: 'fold', amount: 0n }] }])
  })

  it('locks on nothing while it cannot see the chain', async () => {
    world.chain.setDown(true)
    await world.scheduler.runFor(hub.policy.chainSilenceMax * 1000 + 2_000)
    const before = payee.heardOf('update').length
    await scene.add()
    expect(payee.heardOf('update').length).toBe(before)
    await world.scheduler.runFor(hub.policy.forwardWait * 1000 + 1_000)
    expect(payer.heardOf('decline')).toMatchObject([{ code: 'FORWARD_CHAIN_STALE' }])
  })

  it('locks on nothing while the endpoints of the chain disagree, and goes on once they agree', async () => {
    world.chain.setDoubted(true)
    await world.scheduler.runFor(500)
    const before = payee.heardOf('update').length
    await scene.add()
    expect(payee.heardOf('update').length).toBe(before)
    world.chain.setDoubted(false)
    await world.scheduler.runFor(500)
    expect(payee.heardOf('update').length).toBe(before + 1)
  })

  it('tells when the endpoints of the chain disagree, when it is not reached, and when all is good', async () => {
    const told: (string | undefined)[] = []
    hub.engine.subscribe((news) => told.push(news.type === 'chain' ? news.status : undefined))
    world.chain.setDoubted(true)
    await world.scheduler.runFor(500)
    world.chain.setDown(true)
    world.chain.setDown(false)
    world.chain.setDoubted(false)
    await world.scheduler.runFor(500)
    expect(told.filter((status) => status !== undefined)).toEqual(['doubted', 'unreachable', 'doubted', 'good'])
  })

  it('gives no new lock to one that does not countersign', async () => {
    await scene.add()
    await scene.accept()
    await world.scheduler.runFor(hub.policy.countersignTimeout * 1000 + 1_000)
    const before = payee.heardOf('update').length
    expect(payee.heardOf('countersignRequest').length).toBeGreaterThan(0)
    await scene.add(scene.termsOf())
    expect(payee.heardOf('update').length).toBe(before)
    expect(payer.heardOf('decline')).toMatchObject([{ code: 'FORWARD_NO_CHANNEL' }])
  })
})
