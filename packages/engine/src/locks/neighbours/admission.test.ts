import type { Memo } from '@sluice/protocol'
import { describe, expect, it } from 'vitest'
import { partGas } from '../../defence/batches/call-gas.ts'
import { createPolicy } from '../../policy/policy.ts'
import { DEFENCE_GAS } from '../../policy/worth.ts'
import { HubScene } from '../../testing/hub-scene.ts'
import { defensible } from './admission.ts'

/** Of the scene's capacity of 300, a transaction takes some of what it is worth, or all of it. */
const [CHEAP, DEAR] = [1n, 100n]
const codes = (scene: HubScene) => scene.declines().map(([, code]) => code)

describe('what is not worth enforcing', () => {
  const createScene = (gasPrice: bigint, feeBase = 0n) => HubScene.create({ worthMin: 100, feeBase }, gasPrice)

  it('is declined of a stranger, and taken where gas is cheap or every call counts as worth it', async () => {
    const dear = await createScene(DEAR)
    await dear.add()
    expect(codes(dear)).toEqual(['ADD_DUST'])
    await dear.world.stop()
    const careless = await HubScene.create({}, DEAR)
    await careless.add()
    expect(codes(careless)).toEqual([])
    await careless.world.stop()
  })

  it('is taken up to the fees that its peer has brought', async () => {
    const scene = await createScene(0n, 350n)
    const { world, hub, payer, payee, fromPayer } = scene
    const path = [payer.address, hub.address, payee.address]
    const open = async (capacity: bigint) => {
      const terms = scene.termsOf(path, capacity)
      const memo = { ...scene.memoOf(2), fees: [350n] }
      await payer.update(fromPayer, [
        { type: 'add', terms, memo },
        { type: 'pay', amount: 350n },
      ])
      return scene.idOf(terms)
    }
    const first = await open(300n)
    await scene.accept()
    await scene.countersign()
    payee.send(hub.address, { type: 'claim', virtualId: first, voucher: payer.pay(first, 100n) })
    await world.scheduler.runFor(500)
    await scene.accept()
    await scene.countersign()
    await scene.fold(100n, first)
    expect(scene.statusOf(first)).toBe('closed')
    world.chain.gasPrice = DEAR
    // Bad times are known once a tenth of the prices seen are theirs.
    await world.scheduler.runFor(20 * 60_000)
    await open(300n)
    expect(codes(scene)).toEqual([])
    await open(51n)
    expect(codes(scene)).toEqual(['ADD_DUST'])
    await world.stop()
  })

  it('is told by the gas that batches take', async () => {
    const scene = await createScene(CHEAP)
    const { terms, virtualId, payer } = scene
    const request = scene.closeRequest(payer, virtualId)
    const signed = payer.pay(virtualId, 1n)
    const proof = { slot: 0, amount: 1n, resolver: payer.address, id: virtualId, side: 0, proof: [] }
    const unlock = { type: 'unlock', terms: scene.fromPayer.terms, lane: 0, locked: 1n, locks: [proof] } as const
    const parts = [
      partGas({ type: 'closeVirtual', terms, request }),
      partGas({ type: 'redeem', terms, signed }),
      partGas(unlock),
    ]
    const whole = parts.reduce((sum, gas) => sum + gas, 0)
    expect(Number(DEFENCE_GAS)).toBeLessThan(whole * 1.1)
    expect(Number(DEFENCE_GAS)).toBeGreaterThan(whole * 0.8)
    await scene.world.stop()
  })
})

describe('what the chain would not take the defence of in time', () => {
  it('is declined, of one peer at a quarter of that', async () => {
    // One call of 600,000 gas a second in the five seconds of a window: fifty, of which half may be needed.
    const scene = await HubScene.create({ defenceShare: 50, callsPendingMax: 1, callGasMax: 600_000 })
    const { payer, hub, payee, fromPayer } = scene
    expect(defensible({ policy: hub.policy })).toBe(25n)
    const path = [payer.address, hub.address, payee.address]
    const all = Array.from({ length: 8 }, () => scene.termsOf(path, 10n))
    await payer.update(
      fromPayer,
      all.map((terms) => ({ type: 'add', terms, memo: scene.memoOf(2) })),
    )
    expect(codes(scene)).toEqual(['DEFENCE_FULL', 'DEFENCE_FULL'])
    await scene.world.stop()
  })

  it('does not count what was declined, however long its payer leaves it', async () => {
    const scene = await HubScene.create({ defenceShare: 50, callsPendingMax: 1, callGasMax: 600_000 })
    const { payer, hub, payee, fromPayer } = scene
    const path = [payer.address, hub.address, payee.address]
    const unwanted = { ...scene.memoOf(2), until: [0n, 0n] }
    const add = (count: number, memo: Memo) =>
      payer.update(
        fromPayer,
        Array.from({ length: count }, () => ({ type: 'add', terms: scene.termsOf(path, 10n), memo }) as const),
      )
    await add(30, unwanted)
    expect(new Set(codes(scene))).toEqual(new Set(['ADD_LIFETIME']))
    await add(6, scene.memoOf(2))
    expect(codes(scene)).toHaveLength(30)
    await scene.world.stop()
  })

  it('is what the decision says, and has no bound where the policy sets none', () => {
    expect(defensible({ policy: createPolicy('default') })).toBe(64_000n)
    expect(defensible({ policy: createPolicy('filecoin') })).toBe(480_000n)
    expect(defensible({ policy: createPolicy('development') })).toBeUndefined()
  })
})
