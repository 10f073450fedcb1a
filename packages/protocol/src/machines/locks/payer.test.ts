import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { highestValue } from '../../rules/payment.ts'
import { type Example, withoutExample } from '../../testing/machines/examples.ts'
import { transitionLines } from '../../testing/machines/golden.ts'
import { checkSequences, type Never, wrongSteps } from '../../testing/machines/invariants.ts'
import {
  CAPACITY,
  CLOSES_AT,
  goodOutgoing,
  legAfter,
  outgoing,
  SINCE,
  voucherOf,
} from '../../testing/machines/lock-samples.ts'
import { unnoticedChanges } from '../../testing/machines/mutate.ts'
import { payerMachine } from '../../testing/machines/payer-machine.ts'
import { stepBy } from '../table.ts'
import { canFold } from './lock.ts'
import { type PayerContext, type PayerEffect, type PayerEvent, type PayerPhase, payerTable } from './payer.ts'

const NOW = 2000n
const base: PayerContext = {
  now: NOW,
  outcome: { type: 'quiet' },
  closesAt: CLOSES_AT,
  refoldAfter: 15,
  capacity: CAPACITY,
  outgoing: goodOutgoing,
}
const withLeg = (part: Partial<PayerContext['outgoing']>): Partial<PayerContext> => ({
  outgoing: { ...goodOutgoing, ...part },
})
const ended = withLeg({ channel: 'ended' })
const full = withLeg({ takes: false })
const cleared = withLeg({ lock: 'cleared' })
const refused = withLeg({ lock: 'showable', needsRestatement: true })
const window = { outcome: { type: 'closing', until: 9000n, redeemed: 0n } } as const
const final = (amount: bigint): Partial<PayerContext> => ({ outcome: { type: 'final', amount } })

const voucher = voucherOf(50n)
const tickSeed = `0x${'7e'.repeat(32)}` as const
const decline = { code: 'NO_ROUTE', returned: 1n }
const contextChanged = { type: 'contextChanged' } as const
const requestClose = { type: 'requestClose' } as const
const claimOf = (amount: bigint): PayerEvent => ({ type: 'claim', claim: { amount, voucher: voucherOf(amount) } })
const declines: PayerEvent = { type: 'decline', ...decline }
const addRefused: PayerEvent = { type: 'addRefused', code: 'ADD_LOCKS_MAX' }
const foldRefused = (code: string): PayerEvent => ({ type: 'foldRefused', code })

const closing = { outgoing, voucher, closingSince: SINCE }
const open: PayerPhase = { type: 'open', outgoing, voucher, tickSeed }
const asking: PayerPhase = { type: 'asking', ...closing }
const claimed: PayerPhase = { type: 'claimed', ...closing, claimed: 30n }
const folding: PayerPhase = { type: 'folding', ...closing, amount: 30n, signedAt: SINCE }
const withdrawing: PayerPhase = { type: 'withdrawing', ...closing, code: 'ADD_LOCKS_MAX', refusedAt: SINCE }

const begun = { ...closing, closingSince: NOW }
const over: PayerPhase = { type: 'closed', closedAt: NOW, voucher }
const fold = (amount: bigint): PayerEffect => ({ type: 'fold', leg: outgoing, amount })
const restate: PayerEffect = { type: 'restate', leg: outgoing }

type PayerExample = Example<PayerPhase, PayerEvent, PayerContext, PayerEffect>

/** What holds of every phase in which no claim was followed yet. */
const beforeClaim = (from: PayerPhase, since: bigint): readonly PayerExample[] => {
  const rest = { ...closing, closingSince: since }
  return [
    { name: 'the chain paid out', from, event: contextChanged, context: ended, to: over },
    {
      name: 'fold by the final amount',
      from,
      event: contextChanged,
      context: final(40n),
      to: { type: 'folding', ...rest, amount: 40n, signedAt: NOW },
      effects: [fold(40n)],
    },
    {
      name: 'fold by the final amount',
      from,
      event: contextChanged,
      context: final(51n),
      to: { type: 'claimed', ...rest, claimed: 51n },
    },
    {
      name: 'follow the claim',
      from,
      event: claimOf(50n),
      to: { type: 'folding', ...rest, amount: 50n, signedAt: NOW },
      effects: [fold(50n)],
    },
    {
      name: 'follow the claim',
      from,
      event: claimOf(50n),
      context: full,
      to: { type: 'claimed', ...rest, claimed: 50n },
    },
    {
      name: 'take the decline',
      from,
      event: declines,
      to: { type: 'folding', ...rest, amount: 0n, decline, signedAt: NOW },
      effects: [fold(0n)],
    },
    {
      name: 'take the decline',
      from,
      event: declines,
      context: window,
      to: { type: 'claimed', ...rest, claimed: 0n, decline },
    },
    {
      name: 'withdraw',
      from,
      event: addRefused,
      to: { ...withdrawing, ...rest, refusedAt: NOW },
    },
  ]
}

const asked: PayerEffect = { type: 'requestClose' }
const examples: readonly PayerExample[] = [
  ...beforeClaim(open, NOW),
  {
    name: 'it is closed on chain',
    from: open,
    event: contextChanged,
    context: window,
    to: { type: 'asking', ...begun },
    effects: [asked],
  },
  {
    name: 'its life is over',
    from: open,
    event: contextChanged,
    context: { now: CLOSES_AT },
    to: { type: 'asking', ...closing, closingSince: CLOSES_AT },
    effects: [asked],
  },
  {
    name: 'its channel closes',
    from: open,
    event: contextChanged,
    context: withLeg({ isLeaving: true }),
    to: { type: 'asking', ...begun },
    effects: [asked],
  },
  {
    name: 'its channel closes',
    from: open,
    event: contextChanged,
    context: withLeg({ channel: 'closing' }),
    to: { type: 'asking', ...begun },
  },
  { name: 'ask the next member', from: open, event: requestClose, to: { type: 'asking', ...begun }, effects: [asked] },
  {
    name: 'pay',
    from: open,
    event: { type: 'pay', voucher: voucherOf(60n) },
    to: { type: 'open', outgoing, voucher: voucherOf(60n) },
  },
  {
    name: 'pay',
    from: { type: 'open', outgoing },
    event: { type: 'pay', voucher, tickSeed },
    to: open,
  },
  ...beforeClaim(asking, SINCE),
  { name: 'the chain paid out', from: claimed, event: contextChanged, context: ended, to: over },
  {
    name: 'fold',
    from: claimed,
    event: contextChanged,
    to: { type: 'folding', ...closing, amount: 30n, signedAt: NOW },
    effects: [fold(30n)],
  },
  {
    name: 'fold',
    from: { ...claimed, decline },
    event: contextChanged,
    context: final(20n),
    to: { type: 'folding', ...closing, amount: 20n, signedAt: NOW },
    effects: [fold(20n)],
  },
  {
    name: 'follow a higher claim',
    from: claimed,
    event: claimOf(31n),
    context: full,
    to: { ...claimed, claimed: 31n },
  },
  {
    name: 'withdraw',
    from: claimed,
    event: addRefused,
    to: { ...withdrawing, refusedAt: NOW },
  },
  { name: 'the lock is gone', from: folding, event: contextChanged, context: cleared, to: over },
  {
    name: 'the lock is gone',
    from: { ...folding, amount: 0n, decline },
    event: contextChanged,
    context: cleared,
    to: { ...over, decline },
  },
  {
    // The chain may have paid what was declined.
    name: 'the lock is gone',
    from: { ...folding, amount: 0n, decline },
    event: contextChanged,
    context: ended,
    to: over,
  },
  { name: 'restate', from: folding, event: contextChanged, context: refused, effects: [restate] },
  { name: 'withdraw', from: folding, event: addRefused, to: { ...withdrawing, refusedAt: NOW } },
  {
    name: 'wait for another claim',
    from: folding,
    event: foldRefused('FOLD_TOO_LOW'),
    to: { ...asking, foldRefusedAt: NOW },
    effects: [asked],
  },
  {
    name: 'fold again',
    from: { ...folding, amount: 0n, decline },
    event: foldRefused('ADD_LOCKS_MAX'),
    to: { type: 'folding', ...closing, amount: 0n, decline, signedAt: NOW },
    effects: [fold(0n)],
  },
  {
    name: 'the refused voucher is dead',
    from: withdrawing,
    event: contextChanged,
    context: cleared,
    to: { ...over, decline: { code: 'ADD_LOCKS_MAX', returned: 0n } },
  },
  {
    // The refused voucher may have been shown.
    name: 'the refused voucher is dead',
    from: withdrawing,
    event: contextChanged,
    context: ended,
    to: over,
  },
  { name: 'restate', from: withdrawing, event: contextChanged, context: refused, effects: [restate] },
]

test.each(examples)('$from.type, on $event.type: $name', ({ name, from, event, context, to, effects }) => {
  const step = stepBy(payerTable, from, event, { ...base, ...context })
  expect(step).toEqual({ name, phase: to ?? from, effects: effects ?? [] })
})

test('a refused fold is not signed again at once, but by a claim', () => {
  const from: PayerPhase = { ...asking, foldRefusedAt: NOW }
  const at = (seconds: bigint) =>
    stepBy(payerTable, from, contextChanged, { ...base, ...final(40n), now: NOW + seconds })
  expect(at(14n)).toEqual({ name: undefined, phase: from, effects: [] })
  expect(at(15n).effects).toEqual([fold(40n)])
  expect(stepBy(payerTable, from, claimOf(50n), base).effects).toEqual([fold(50n)])
})

test('every transition of the table has an example', () => {
  expect(withoutExample(payerTable, examples)).toEqual([])
})

test('every phase takes every event in every state of the chain as the golden file says', () => {
  const golden = readFileSync(new URL('../golden/payer.txt', import.meta.url), 'utf8')
  expect(`${transitionLines(payerMachine).join('\n')}\n`).toBe(golden)
})

test('the walk notices when any entry of the table is taken out or does something else', () => {
  expect(unnoticedChanges(payerMachine)).toEqual([])
})

const signedIn = (phase: PayerPhase): bigint => highestValue('voucher' in phase ? phase.voucher : undefined, CAPACITY)
const isOver = ({ outgoing: leg }: PayerContext): boolean => leg.lock === 'cleared' || leg.channel === 'ended'

/** What a payer never does. */
const never: Never<PayerPhase, PayerEvent, PayerContext, PayerEffect> = {
  'more than one effect': ({ effects }) => effects.length > 1,
  'a fold above what was signed': ({ before, effects }) =>
    effects.some((effect) => effect.type === 'fold' && effect.amount > signedIn(before)),
  'a fold that its lane does not take, or while the chain is asked': ({ effects, context }) =>
    effects.some(({ type }) => type === 'fold') && (!canFold(context.outgoing) || context.outcome.type === 'closing'),
  'a fold at anything but the final amount, once there is one': ({ effects, context: { outcome } }) =>
    effects.some((effect) => effect.type === 'fold' && outcome.type === 'final' && effect.amount !== outcome.amount),
  'a fold that its phase does not hold': ({ after, effects }) =>
    effects.some((effect) => effect.type === 'fold' && !(after.type === 'folding' && after.amount === effect.amount)),
  'a claim that is followed while the chain is asked': ({ before, event, context, after }) =>
    event.type === 'claim' && context.outcome.type !== 'quiet' && after !== before,
  'a restatement that nothing needs, or that no channel takes': ({ effects, context: { outgoing: leg } }) =>
    effects.some(({ type }) => type === 'restate') && !(leg.needsRestatement && leg.channel === 'live'),
  'a request to close on a channel that takes none': ({ effects, context }) =>
    effects.some(({ type }) => type === 'requestClose') && context.outgoing.channel !== 'live',
  'a signed voucher that is lost': ({ before, after }) => signedIn(after) < signedIn(before),
  'a payment once it closes': ({ before, after }) => before.type !== 'open' && signedIn(after) > signedIn(before),
  'the end of a lock that can still be shown': ({ before, after, context }) =>
    before.type !== 'closed' && after.type === 'closed' && !isOver(context),
  'closing that begins another time': ({ before, after, context }) =>
    'closingSince' in after && after.closingSince !== ('closingSince' in before ? before.closingSince : context.now),
  'closing that comes to an opening': ({ before, after }) => before.type !== 'open' && after.type === 'open',
  'a step after the end': ({ before, after, effects }) =>
    before.type === 'closed' && (after !== before || effects.length > 0),
}

test.each(Object.entries(never))('in the whole walk there is never %s', (_, isWrong) => {
  expect(wrongSteps(payerMachine, isWrong)).toEqual([])
})

test('nor in any sequence of events, and looks come to an end', () => {
  checkSequences(payerMachine, {
    start: { type: 'open', outgoing },
    never,
    contextChanged,
    mayHappen: (phase, event) => event.type !== 'pay' || signedIn(phase) < highestValue(event.voucher, CAPACITY),
    afterEffect: (context, effect) => ({ ...context, outgoing: legAfter(context.outgoing, effect) }),
  })
})
