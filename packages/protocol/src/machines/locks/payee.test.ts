import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { highestValue } from '../../rules/payment.ts'
import { type Example, withoutExample } from '../../testing/machines/examples.ts'
import { transitionLines } from '../../testing/machines/golden.ts'
import { checkSequences, type Never, wrongSteps } from '../../testing/machines/invariants.ts'
import { CAPACITY, CLOSES_AT, goodLeg, incoming, SINCE, voucherOf } from '../../testing/machines/lock-samples.ts'
import { unnoticedChanges } from '../../testing/machines/mutate.ts'
import { payeeMachine } from '../../testing/machines/payee-machine.ts'
import { stepBy } from '../table.ts'
import { type PayeeContext, type PayeeEffect, type PayeeEvent, type PayeePhase, payeeTable } from './payee.ts'

const NOW = 2000n
const base: PayeeContext = {
  now: NOW,
  outcome: { type: 'quiet' },
  closesAt: CLOSES_AT,
  refoldAfter: 15,
  capacity: CAPACITY,
  incoming: goodLeg,
}
const ended = { incoming: { ...goodLeg, channel: 'ended' } } as const
const leaving = { incoming: { ...goodLeg, isLeaving: true } } as const
const onChain = { incoming: { ...goodLeg, channel: 'closing' } } as const
const window = { outcome: { type: 'closing', until: 9000n, redeemed: 0n } } as const
const voucher = voucherOf(50n)
const decline = { code: 'FEE_LOW', returned: 2n }
const contextChanged = { type: 'contextChanged' } as const

const open: PayeePhase = { type: 'open', incoming, voucher }
const claiming: PayeePhase = { type: 'claiming', incoming, voucher, closingSince: SINCE }
const returning: PayeePhase = { type: 'returning', incoming, decline, closingSince: SINCE }
const claimed: PayeePhase = { type: 'claiming', incoming, voucher, closingSince: NOW, askedAt: NOW }
const over: PayeePhase = { type: 'closed', closedAt: NOW, voucher }
const claim: PayeeEffect = { type: 'claim', voucher }

const examples: readonly Example<PayeePhase, PayeeEvent, PayeeContext, PayeeEffect>[] = [
  { name: 'the chain ended the channel', from: open, event: contextChanged, context: ended, to: over },
  {
    name: 'it is closed on chain',
    from: open,
    event: contextChanged,
    context: window,
    to: { ...claiming, closingSince: NOW },
  },
  {
    name: 'its life is over',
    from: open,
    event: contextChanged,
    context: { now: CLOSES_AT },
    to: { ...claiming, closingSince: CLOSES_AT, askedAt: CLOSES_AT },
    effects: [claim],
  },
  { name: 'its channel closes', from: open, event: contextChanged, context: leaving, to: claimed, effects: [claim] },
  {
    name: 'its channel closes',
    from: open,
    event: contextChanged,
    context: onChain,
    to: { ...claiming, closingSince: NOW },
  },
  { name: 'claim', from: open, event: { type: 'requestClose' }, to: claimed, effects: [claim] },
  {
    name: 'claim',
    from: { type: 'open', incoming },
    event: { type: 'requestClose' },
    to: { type: 'claiming', incoming, closingSince: NOW, askedAt: NOW },
    effects: [{ type: 'claim' }],
  },
  {
    name: 'accept',
    from: { type: 'open', incoming },
    event: { type: 'pay', voucher },
    to: open,
    effects: [{ type: 'acknowledge', amount: 50n }],
  },
  { name: 'the payer folds', from: open, event: { type: 'folded', amount: 50n }, to: over },
  { name: 'the chain ended the channel', from: claiming, event: contextChanged, context: ended, to: over },
  { name: 'claim', from: claiming, event: contextChanged, to: { ...claiming, askedAt: NOW }, effects: [claim] },
  { name: 'the payer folds', from: claiming, event: { type: 'folded', amount: 50n }, to: over },
  {
    name: 'the chain ended the channel',
    from: returning,
    event: contextChanged,
    context: ended,
    to: { type: 'closed', closedAt: NOW, decline },
  },
  {
    name: 'decline',
    from: returning,
    event: contextChanged,
    to: { ...returning, askedAt: NOW },
    effects: [{ type: 'decline', decline }],
  },
  {
    name: 'the payer takes it back',
    from: returning,
    event: { type: 'folded', amount: 0n },
    to: { type: 'closed', closedAt: NOW, decline },
  },
]

test.each(examples)('$from.type, on $event.type: $name', ({ name, from, event, context, to, effects }) => {
  const step = stepBy(payeeTable, from, event, { ...base, ...context })
  expect(step).toEqual({ name, phase: to ?? from, effects: effects ?? [] })
})

test('every transition of the table has an example', () => {
  expect(withoutExample(payeeTable, examples)).toEqual([])
})

test('every phase takes every event in every state of the chain as the golden file says', () => {
  const golden = readFileSync(new URL('../golden/payee.txt', import.meta.url), 'utf8')
  expect(`${transitionLines(payeeMachine).join('\n')}\n`).toBe(golden)
})

test('the walk notices when any entry of the table is taken out or does something else', () => {
  expect(unnoticedChanges(payeeMachine)).toEqual([])
})

const paidIn = (phase: PayeePhase): bigint => highestValue('voucher' in phase ? phase.voucher : undefined, CAPACITY)

/** What a payee never does. */
const never: Never<PayeePhase, PayeeEvent, PayeeContext, PayeeEffect> = {
  'more than one effect': ({ effects }) => effects.length > 1,
  'a message on a channel that takes none, or while the chain is asked': ({ effects, context }) =>
    effects.some(({ type }) => type === 'claim' || type === 'decline') &&
    (context.incoming.channel !== 'live' || context.outcome.type !== 'quiet'),
  'asking twice': ({ before, effects }) =>
    'askedAt' in before && effects.some(({ type }) => type === 'claim' || type === 'decline'),
  'an acknowledgement but for a payment that is in the new phase': ({ event, after, effects }) =>
    effects.some(
      (effect) => effect.type === 'acknowledge' && (event.type !== 'pay' || effect.amount !== paidIn(after)),
    ),
  'a claim below what was accepted': ({ before, effects }) =>
    effects.some((effect) => effect.type === 'claim' && highestValue(effect.voucher, CAPACITY) !== paidIn(before)),
  'an accepted voucher that is lost': ({ before, after }) => paidIn(after) < paidIn(before),
  'a payment accepted once it closes': ({ before, after }) =>
    before.type !== 'open' &&
    'voucher' in after &&
    after.voucher !== ('voucher' in before ? before.voucher : undefined),
  'the end of a lock that still stands': ({ before, event, context, after }) =>
    before.type !== 'closed' &&
    after.type === 'closed' &&
    event.type !== 'folded' &&
    context.incoming.channel !== 'ended',
  'closing that begins another time': ({ before, after, context }) =>
    'closingSince' in after && after.closingSince !== ('closingSince' in before ? before.closingSince : context.now),
  'closing that comes to an opening': ({ before, after }) => before.type !== 'open' && after.type === 'open',
  'a step after the end': ({ before, after, effects }) =>
    before.type === 'closed' && (after !== before || effects.length > 0),
}

test.each(Object.entries(never))('in the whole walk there is never %s', (_, isWrong) => {
  expect(wrongSteps(payeeMachine, isWrong)).toEqual([])
})

test('nor in any sequence of events, and looks come to an end', () => {
  checkSequences(payeeMachine, {
    start: { type: 'open', incoming },
    never,
    contextChanged,
    mayHappen: (phase, event) => event.type !== 'pay' || paidIn(phase) < highestValue(event.voucher, CAPACITY),
    afterEffect: (context) => context,
  })
})
