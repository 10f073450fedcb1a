import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type LocalChain, startAnvil } from '../tools/anvil.ts'
import { kinds, play } from './play.ts'
import { makeStage, type Stage } from './stage.ts'

let chain: LocalChain
let stage: Stage

beforeAll(async () => {
  chain = await startAnvil(314, ['--hardfork', 'cancun'])
  stage = await makeStage(chain.url)
})

afterAll(() => chain[Symbol.asyncDispose]())

const step = fc.record({
  kind: fc.constantFrom(...kinds),
  which: fc.nat(11),
  amount: fc.nat(1500),
  who: fc.nat(3),
  // mostly as it should be
  twist: fc.oneof({ weight: 3, arbitrary: fc.constant(4) }, { weight: 2, arbitrary: fc.nat(3) }),
  wait: fc.nat(20),
})

/** What a run must have met, so that it shows something. */
const met = [
  ...[
    'depositWithValue',
    'withdraw',
    'close',
    'startClose',
    'updateLane',
    'settle',
    'unlock',
    'closeVirtual',
    'redeem',
    'redeemGroup',
  ],
  ...['settle pays b', 'unlock pays b', 'close pays b', 'withdraw pays b'],
  ...[
    'WrongParty',
    'NothingReceived',
    'ChannelOver',
    'BadSignature',
    'DeadlinePassed',
    'PotTooSmall',
    'ShareBelowZero',
  ],
  ...['NotParty', 'AlreadyClosing', 'NotReceiver', 'StaleVoucher', 'NotClosing', 'WindowOver', 'WindowOpen'],
  ...['LocksMismatch', 'NotSettled', 'BadProof', 'AlreadyUnlocked', 'NotFinal'],
  ...['NotMember', 'VirtualNotClosing', 'VirtualFinal', 'NotHigher', 'BadTick'],
]

// One seed, so that what a run meets is the same each time.
const run = { numRuns: 20, seed: 5, endOnFailure: true }

it('does what the model of the contract does, step by step, refusals and balances alike', {
  timeout: 300_000,
}, async () => {
  const seen = new Map<string, number>()
  let salt = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 120, maxLength: 120 }), async (steps) => {
      salt += 1
      expect(await play(stage, steps, salt, seen)).toBeUndefined()
    }),
    run,
  )
  expect(met.filter((what) => !seen.has(what))).toEqual([])
})
