import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { play } from './play.ts'
import { makeStage, type Stage } from './stage.ts'
import { kinds } from './steps.ts'

let stage: Stage

beforeAll(async () => {
  stage = await makeStage()
})

afterAll(() => stage[Symbol.asyncDispose]())

const step = fc.record({
  kind: fc.constantFrom(...kinds),
  which: fc.nat(11),
  amount: fc.nat(1500),
  who: fc.nat(3),
  // mostly as it should be
  twist: fc.oneof({ weight: 3, arbitrary: fc.constant(4) }, { weight: 2, arbitrary: fc.nat(3) }),
  wait: fc.nat(20),
  flag: fc.nat(7),
})

/** What a run must have met, so that it shows something: every call, every event, every refusal. */
const met = [
  ...[
    'depositWithValue',
    'depositWithAllowance',
    'depositWithPermit',
    'depositWithAuthorization',
    'depositWithPermit2',
  ],
  ...['withdraw', 'close', 'startClose', 'startCloseFor', 'updateLane', 'settle', 'unlock', 'unlockBatch'],
  ...['updateLanes', 'unlockSubtree', 'closeVirtual', 'closeVirtualFor', 'closeVirtuals', 'closeVirtualsFor'],
  ...['closeVirtualsByLocks', 'cancelRedirect'],
  ...['redeem', 'redeemBatch', 'redeemGroup', 'pushCredit', 'redirectCredit', 'redirectCreditFor'],
  ...['deposited', 'withdrawn', 'closed', 'closeStarted', 'laneUpdated', 'settled', 'unlocked', 'virtualUpdated'],
  ...['credited', 'creditPaid', 'redirectNonceUsed'],
  ...['WrongParty', 'WrongLane', 'BadTerms', 'BadPath', 'ChannelOver', 'AlreadyClosing', 'NotClosing', 'WindowOpen'],
  ...['WindowOver', 'NotSettled', 'NotParty', 'NotMember', 'NotReceiver', 'BadSignature', 'StaleVoucher', 'BadLocks'],
  ...[
    'SameAccount',
    'ZeroWindow',
    'NonceAhead',
    'PoolEmpty',
    'CreditTooSmall',
    'LocksMismatch',
    'DeadlinePassed',
    'NothingNew',
    'PotTooSmall',
    'ShareBelowZero',
    'BadProof',
    'AlreadyUnlocked',
  ],
  ...['NotFinal', 'VirtualFinal', 'VirtualNotClosing', 'NotHigher', 'BadTick', 'NeedsNative', 'NothingReceived'],
  ...['TooMuch', 'PullFailed', 'NeedsToken', 'NoCredit', 'PayoutFailed', 'WrongNonce', 'AuthorizationRefused'],
  ...['BadProof', 'AlreadyUnlocked', 'NotFinal', 'BadPath', 'BadSignature', 'NotHigher'].map((why) => `skipped ${why}`),
  ...['VirtualFinal', 'VirtualNotClosing', 'StaleVoucher', 'NotReceiver', 'NotMember', 'NotNeighbours'].map(
    (why) => `skipped ${why}`,
  ),
  ...['NoLock', 'ZeroWindow', 'NonceAhead'].map((why) => `skipped ${why}`),
]

// One seed, so that what a run meets is the same each time.
const run = { numRuns: 24, seed: 5, endOnFailure: true }

it('does what the model of the contract does, step by step: refusals, events, balances and states', {
  timeout: 600_000,
}, async () => {
  const seen = new Map<string, number>()
  let salt = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 200, maxLength: 200 }), async (steps) => {
      salt += 1
      expect(await play(stage, steps, salt, seen)).toBeUndefined()
    }),
    run,
  )
  expect(met.filter((what) => !seen.has(what))).toEqual([])
})
