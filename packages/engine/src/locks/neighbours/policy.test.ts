import { NATIVE_TOKEN, type PolicyMessage } from '@sluice/protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createPolicy } from '../../policy/policy.ts'
import { HubScene } from '../../testing/hub-scene.ts'
import { policyMessage } from './publish-policy.ts'

const free = { feeBase: 0n, feePartsPerMillion: 0, feePerHour: 0, feeHold: 0, feeWindow: 0 }

const said = (changes: Partial<PolicyMessage> = {}): PolicyMessage => ({
  ...policyMessage(createPolicy('development'), [NATIVE_TOKEN]),
  ...changes,
})

describe('a hub that was told what the next member takes', () => {
  let scene: HubScene

  beforeEach(async () => {
    scene = await HubScene.create()
  })

  afterEach(() => scene.world.stop())

  const tell = async (changes: Partial<PolicyMessage>) => {
    scene.payee.send(scene.hub.address, said(changes))
    await scene.world.scheduler.runFor(200)
  }

  it.each([
    ['ADD_CAPACITY_SMALL', { capacities: [{ token: NATIVE_TOKEN, least: 301n }] }],
    ['ADD_LIFETIME', { lifetimeMin: 700 }],
    ['ADD_LIFETIME', { lifetimeMax: 100 }],
    ['ADD_WINDOW', { virtualWindowMin: 11 }],
    ['ADD_LOCKS_MAX', { locksMax: 0 }],
  ] as const)('locks on for nothing that would be declined there: %s %o', async (code, changes) => {
    await tell(changes)
    expect(scene.refusedCode(await scene.add())).toBeUndefined()
    expect(scene.payee.heardOf('update')).toEqual([])
    expect(scene.declines()).toEqual([[scene.virtualId, code]])
  })

  it('locks on for what is taken, and asks no longer once the session is over', async () => {
    await tell({ capacities: [{ token: NATIVE_TOKEN, least: 300n }] })
    await scene.add()
    expect(scene.payee.heardOf('update')).toHaveLength(1)
    await tell({ locksMax: 1 })
    await scene.add(scene.termsOf())
    expect(scene.payee.heardOf('update')).toHaveLength(1)
    scene.world.network.detach(scene.payee.url)
    await scene.payee.start()
    await scene.payee.connect(scene.hub)
    await scene.add(scene.termsOf())
    expect(scene.payee.heardOf('update')).toHaveLength(2)
  })

  it.each([
    ['FORWARD_DISABLED', {}],
    ['FEE_LOW', { forwarding: { ...free, feeBase: 1n, hopMargin: 0 } }],
    ['ADD_LIFETIME_ORDER', { forwarding: { ...free, hopMargin: 11 } }],
  ] as const)('asks what a next member that forwards itself asks for: %s', async (code, changes) => {
    await tell(changes)
    const { payer, hub, payee } = scene
    const far = scene.termsOf([payer.address, hub.address, payee.address, `0x${'77'.repeat(20)}`])
    await scene.add(far)
    expect(payee.heardOf('update')).toEqual([])
    expect(scene.declines()).toEqual([[scene.idOf(far), code]])
  })

  it('says what it takes itself, in each session', async () => {
    const { hub, payer } = scene
    const { capacityMin, locksMax, hopMargin } = hub.policy
    expect(payer.heardOf('_policy')).toMatchObject([
      { locksMax, forwarding: { hopMargin }, capacities: [{ token: NATIVE_TOKEN, least: capacityMin }] },
    ])
  })
})
