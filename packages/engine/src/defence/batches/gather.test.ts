import { emptyLocks, type Hex, type Id, locksFrom, NATIVE_TOKEN, ZERO_HASH } from '@sluice/protocol'
import { testCrypto } from '@sluice/protocol/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Goal } from '../goals/goal.ts'
import { type Batch, fits, isWorth, nameOf } from './batch.ts'
import { callGas, partGas } from './call-gas.ts'
import { gather } from './gather.ts'
import { compareWorth, order } from './order.ts'

const idOf = (n: number): Id => `0x${n.toString(16).padStart(64, '0')}`
const address = (n: number): Hex => `0x${n.toString(16).padStart(40, '0')}`
const signature: Hex = `0x${'00'.repeat(65)}`
const termsOf = (n: number) => {
  const path = [address(n), address(1), address(n % 3)]
  return { path, token: NATIVE_TOKEN, capacity: 9n, disputeWindow: 60, nonce: BigInt(n) }
}

function closeGoal(n: number, value: bigint | undefined): Goal {
  const request = { by: address(1), deadline: 0n, signature }
  return { id: idOf(n), key: 'closeVirtual', call: { type: 'closeVirtual', terms: termsOf(n), request }, value }
}

function redeemGoal(n: number, value: bigint | undefined, deadline: bigint): Goal {
  const voucher = {
    virtualId: idOf(n),
    amount: 1n,
    tickAnchor: ZERO_HASH,
    tickValue: 0n,
    tickCount: n % 4 === 0 ? 5 : 0,
  }
  const call = { type: 'redeem', terms: termsOf(n), signed: { voucher, signature } } as const
  return { id: idOf(n), key: 'redeem', call, value, deadline }
}

const notJoined = (_: unknown, error: unknown) => {
  throw error
}
const prices = (perGas: bigint) => ({ costOf: (_: string, gas: number) => BigInt(gas) * perGas })
const material = { contract: address(7), locksOf: () => emptyLocks }

const tree = locksFrom(
  testCrypto.keccak256,
  Array.from({ length: 64 }, (_, slot) => [slot, { amount: 1n, condition: idOf(slot) }]),
)

function unlockGoal(slot: number, value: bigint): Goal {
  const [a, b] = [1, 2].map((n) => ({ account: address(n), signer: address(n) }))
  if (a === undefined || b === undefined) throw new RangeError('two parties')
  const terms = { a, b, token: NATIVE_TOKEN, disputeWindow: 60, nonce: 1n }
  const locks = [{ slot, amount: 1n, resolver: material.contract, id: idOf(slot), side: 0, proof: [] }]
  return { id: idOf(1000), key: `unlock/${slot}`, call: { type: 'unlock', terms, lane: 0, locked: 64n, locks }, value }
}

const anyValue = fc.option(fc.bigInt(0n, 200_000n), { nil: undefined, freq: 20 })
const anyGoals = fc
  .array(fc.record({ isClose: fc.boolean(), value: anyValue, deadline: fc.bigInt(0n, 100n) }), { maxLength: 60 })
  .map((all) =>
    all.map(({ isClose, value, deadline }, n) => (isClose ? closeGoal(n, value) : redeemGoal(n, value, deadline))),
  )
const anyLimits = fc.record({ callBytesMax: fc.integer({ min: 1_500, max: 20_000 }), callGasMax: fc.nat(600_000) })

describe('goals that are gathered', () => {
  it('are each in one call or too dear, within the limits, and no call is worth less than it costs', () => {
    fc.assert(
      fc.property(anyGoals, anyLimits, fc.bigInt(0n, 5n), (goals, limits, perGas) => {
        const gathering = { material, limits, prices: prices(perGas), isAlone: () => false, notJoined }
        const { batches, tooDear } = gather(goals, gathering)
        const found = [...batches.flatMap((batch) => batch.goals), ...tooDear].map(nameOf)
        expect(found.toSorted()).toEqual(goals.map(nameOf).toSorted())
        for (const { call, value, cost, goals: some } of batches) {
          expect(fits(call, limits) || some.length === 1).toBe(true)
          expect(isWorth(value, cost)).toBe(true)
          if (some.length === 1) expect(call).toBe(some[0]?.call)
          else
            for (const goal of some)
              expect(isWorth(goal.value, BigInt(partGas(goal.call, call.type)) * perGas)).toBe(true)
        }
        for (const { value, call } of tooDear) expect(isWorth(value, BigInt(callGas(call)) * perGas)).toBe(false)
      }),
    )
  })

  it('share what a call costs: what is worth no transaction alone may be in company', () => {
    const limits = { callBytesMax: 60_000, callGasMax: 8_000_000 }
    const gathering = { material, limits, prices: prices(1n), isAlone: () => false, notJoined }
    const worth = 35_000n
    expect(gather([closeGoal(1, worth)], gathering)).toMatchObject({ batches: [], tooDear: [{ id: idOf(1) }] })
    const ten = Array.from({ length: 10 }, (_, n) => closeGoal(n, worth))
    expect(gather(ten, gathering)).toMatchObject({
      batches: [{ call: { type: 'closeVirtuals' }, goals: ten }],
      tooDear: [],
    })
    const apart = gather(ten, { ...gathering, prices: prices(0n), isAlone: () => true })
    expect(apart.batches.map(({ call }) => call.type)).toEqual(ten.map(() => 'closeVirtual'))
  })

  it('are worth a call in which each costs less than it would in others', () => {
    const limits = { callBytesMax: 60_000, callGasMax: 8_000_000 }
    const gathering = {
      material: { ...material, locksOf: () => tree },
      limits,
      prices: prices(1n),
      isAlone: () => false,
      notJoined,
    }
    const locks = Array.from({ length: 64 }, (_, slot) => unlockGoal(slot, 9_000n))
    const redemptions = Array.from({ length: 70 }, (_, n) => redeemGoal(12 * n + 1, 16_000n, 50n))
    for (const goals of [locks, redemptions]) {
      const { batches, tooDear } = gather(goals, gathering)
      expect(tooDear).toEqual([])
      expect(batches.map(({ call }) => call.type)).toEqual([goals === locks ? 'unlockSubtree' : 'redeemGroup'])
    }
    const few = [unlockGoal(0, 9_000n), unlockGoal(40, 100_000n)]
    const { batches, tooDear } = gather(few, gathering)
    expect(tooDear).toEqual([few[0]])
    expect(batches).toMatchObject([{ goals: [few[1]] }])
  })

  it('go as a group where enough share their path, and with ticks in a batch', () => {
    const limits = { callBytesMax: 60_000, callGasMax: 8_000_000 }
    const goals = Array.from({ length: 24 }, (_, n) => redeemGoal(n, 1n, 50n))
    const { batches } = gather(goals, { material, limits, prices: prices(0n), isAlone: () => false, notJoined })
    expect(batches.map(({ call, goals: some }) => [call.type, some.length]).toSorted()).toEqual([
      ['redeemBatch', 6],
      ['redeemGroup', 6],
      ['redeemGroup', 6],
      ['redeemGroup', 6],
    ])
  })
})

const anyBatch = fc.record({
  value: fc.bigInt(0n, 1_000n),
  deadline: fc.option(fc.bigInt(1n, 50n), { nil: undefined }),
  isAnswer: fc.boolean(),
  gas: fc.integer({ min: 1, max: 10 }),
})
const call = { type: 'pushCredit', account: address(1), token: NATIVE_TOKEN } as const
const batchOf = (part: Pick<Batch, 'value' | 'deadline' | 'isAnswer' | 'gas'>): Batch => ({
  goals: [],
  call,
  cost: 0n,
  ...part,
})

describe('the order of calls', () => {
  it('leaves each before its deadline, in the order of these, and keeps each answer to a close that could be alone', () => {
    fc.assert(
      fc.property(fc.array(anyBatch), fc.integer({ min: 1, max: 5 }), (parts, pendingMax) => {
        const space = { time: 0n, inclusionTime: 10, pendingMax }
        const batches = parts.map(batchOf)
        const queue = order(batches, space)
        for (const [at, { deadline }] of queue.entries()) {
          if (deadline === undefined) continue
          const rounds = deadline / 10n > 1n ? deadline / 10n : 1n
          expect(BigInt(at)).toBeLessThan(rounds * BigInt(pendingMax))
        }
        const deadlines = queue.map(({ deadline = 1_000n }) => deadline)
        expect(deadlines).toEqual(deadlines.toSorted((one, other) => Number(one - other)))
        const answers = order(
          batches.filter(({ isAnswer }) => isAnswer),
          space,
        )
        expect(queue.filter(({ isAnswer }) => isAnswer)).toEqual(answers)
      }),
    )
  })

  it('keeps the large one behind a thousand small ones with earlier deadlines', () => {
    const small = Array.from({ length: 1_000 }, () => batchOf({ value: 10n, deadline: 100n, isAnswer: false, gas: 5 }))
    const large = batchOf({ value: 10_000n, deadline: 110n, isAnswer: false, gas: 5 })
    const queue = order([...small, large], { time: 0n, inclusionTime: 10, pendingMax: 3 })
    expect(queue).toContain(large)
    expect(queue).toHaveLength(31)
    expect(queue.indexOf(large)).toBeLessThan(33)
  })

  it('sends what is due in minutes before answers that are due tomorrow', () => {
    const answers = Array.from({ length: 20 }, () =>
      batchOf({ value: 1_000n, deadline: 86_400n, isAnswer: true, gas: 5 }),
    )
    const redemption = batchOf({ value: 10n, deadline: 100n, isAnswer: false, gas: 5 })
    const queue = order([...answers, redemption], { time: 0n, inclusionTime: 60, pendingMax: 3 })
    expect(queue).toEqual([redemption, ...answers])
  })

  it('compares by what is gained for the room in a block', () => {
    const [cheap, dear] = [
      batchOf({ value: 100n, deadline: undefined, isAnswer: false, gas: 1 }),
      batchOf({ value: 150n, deadline: undefined, isAnswer: false, gas: 2 }),
    ]
    expect(compareWorth(cheap, dear)).toBeGreaterThan(0)
    expect(compareWorth(dear, cheap)).toBeLessThan(0)
    expect(compareWorth(cheap, cheap)).toBe(0)
    const unknown = { ...dear, value: undefined }
    expect(compareWorth(unknown, cheap)).toBeGreaterThan(0)
    expect(compareWorth({ ...cheap, isAnswer: true }, unknown)).toBeGreaterThan(0)
  })
})
