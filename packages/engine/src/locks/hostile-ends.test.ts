import { type Id, NATIVE_TOKEN, type SignedVoucher, type VirtualTerms } from '@sluice/protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { HubScene } from '../testing/hub-scene.ts'
import type { Puppet, PuppetChannel } from '../testing/puppet.ts'
import type { Party, World } from '../testing/world.ts'

let scene: HubScene
let world: World
let hub: Party
let payer: Puppet
let payee: Puppet

beforeEach(async () => {
  scene = await HubScene.create()
  ;({ world, hub, payer, payee } = scene)
})

afterEach(() => world.stop())

describe('a payee whose payer keeps no rule', () => {
  let channel: PuppetChannel
  let terms: VirtualTerms
  let virtualId: Id

  beforeEach(async () => {
    channel = scene.fromPayer
    terms = scene.termsOf([payer.address, hub.address])
    virtualId = scene.idOf(terms)
  })

  const add = () => payer.update(channel, [{ type: 'add', terms, memo: scene.memoOf(1) }])
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
    await payer.update(channel, [{ type: 'add', terms, memo: { ...scene.memoOf(1), until: [0n] } }])
    await refused
  })

  it('lets no stranger use up the id of a virtual channel', async () => {
    const stranger = await payee.open(hub, 500n)
    const update = await payee.update(stranger, [{ type: 'add', terms, memo: scene.memoOf(1) }])
    expect(scene.refusedCode(update, payee)).toBe('ADD_PATH_WRONG')
    expect(scene.refusedCode(await add())).toBeUndefined()
  })

  it('accepts no fold below the highest voucher', async () => {
    await add()
    await pay(50n)
    expect(scene.refusedCode(await fold(49n))).toBe('FOLD_TOO_LOW')
    expect(scene.refusedCode(await fold(50n))).toBeUndefined()
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
    const request = scene.closeRequest(payer, virtualId)
    world.chain.submit(payer.address, { type: 'closeVirtual', terms, request })
    await world.scheduler.runFor(1_500)
    await pay(60n)
    expect(acceptedAmounts()).toEqual([50n])
    expect(scene.refusedCode(await fold(50n))).toBe('FOLD_WHILE_CLOSING')
    await world.scheduler.runFor(13_500)
    expect(scene.refusedCode(await fold(49n))).toBe('FOLD_TOO_LOW')
    expect(scene.refusedCode(await fold(50n))).toBeUndefined()
  })

  it('accepts no voucher once it asked for the fold, nor once the channel closes', async () => {
    await add()
    await pay(50n)
    const other = scene.termsOf([payer.address, hub.address])
    await payer.update(channel, [{ type: 'add', terms: other, memo: scene.memoOf(1) }])
    hub.engine.closeVirtual(virtualId).catch(() => {})
    await world.scheduler.runFor(200)
    expect(payer.heardOf('claim')).toMatchObject([{ virtualId, voucher: { voucher: { amount: 50n } } }])
    await pay(60n)
    const request = scene.closeRequest(payer, channel.channelId)
    world.chain.submit(payer.address, { type: 'startClose', terms: channel.terms, request })
    await world.scheduler.runFor(1_500)
    payer.send(hub.address, { type: 'voucher', terms: other, signed: payer.pay(scene.idOf(other), 10n) })
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

  it('accepts no voucher while the endpoints of the chain disagree, and all of them after', async () => {
    await add()
    await pay(50n)
    world.chain.setDoubted(true)
    await world.scheduler.runFor(200)
    await pay(60n)
    await world.scheduler.runFor(3_000)
    expect(acceptedAmounts()).toEqual([50n])
    world.chain.setDoubted(false)
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
    const stray = scene.termsOf([payer.address, payee.address, hub.address])
    await expect(world.finish(hub.engine.admit(stray, payer.pay(scene.idOf(stray), 5n)))).rejects.toMatchObject({
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
    const other = scene.termsOf([payer.address, hub.address])
    const early = { ...payer.pay(scene.idOf(other), 5n), signature: forged.signature }
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
    channel = scene.toPayee
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
    const request = scene.closeRequest(payee, channel.channelId)
    const receiverSignature = payee.signer.sign(world.chain.digests.laneVoucher(added.voucher))
    const voucher = { voucher: added.voucher, payerSignature: added.signature, receiverSignature }
    world.chain.submit(payee.address, { type: 'startClose', terms: channel.terms, voucher, request })
    await world.scheduler.runFor(22_000)
    payee.countersign(folded, hub)
    await world.scheduler.runUntil(
      'the channel to be over',
      () => hub.engine.channels().find(({ channelId }) => channelId === channel.channelId)?.status === 'closed',
      300_000,
    )
    expect(hub.money).toBe(100_000n)
  })

  it('does not fold while the chain decides', async () => {
    const request = scene.closeRequest(payee, virtualId)
    world.chain.submit(payee.address, { type: 'closeVirtual', terms, request })
    await world.scheduler.runFor(1_500)
    await claimed(first())
    expect(folds()).toEqual([])
  })
})
