import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { hubFoldLimit } from '../../rules/fold-payer.ts'
import { highestValue } from '../../rules/payment.ts'
import { transitionLines } from '../../testing/machines/golden.ts'
import { hubMachine } from '../../testing/machines/hub-machine.ts'
import { checkSequences, type Never, wrongSteps } from '../../testing/machines/invariants.ts'
import { CAPACITY, goodOutgoing, incoming, legAfter } from '../../testing/machines/lock-samples.ts'
import { unnoticedChanges } from '../../testing/machines/mutate.ts'
import type { HubContext, HubEffect, HubEvent, HubPhase } from './hub-phases.ts'
import { canFold, isByMessages, outcomeForRules } from './lock.ts'

test('every phase takes every event in every state of the chain as the golden file says', () => {
  const golden = readFileSync(new URL('../golden/hub.txt', import.meta.url), 'utf8')
  expect(`${transitionLines(hubMachine).join('\n')}\n`).toBe(golden)
})

test('the walk notices when any entry of the table is taken out or does something else', () => {
  expect(unnoticedChanges(hubMachine)).toEqual([])
})

const heldIn = (phase: HubPhase): bigint | undefined =>
  'voucher' in phase && phase.voucher ? highestValue(phase.voucher, CAPACITY) : undefined
const largestOf = (phase: HubPhase): bigint => ('largestFold' in phase ? (phase.largestFold ?? 0n) : 0n)
const isOver = ({ outgoing: leg }: HubContext): boolean => leg?.lock === 'cleared' || leg?.channel === 'ended'
/** Phases in which the outgoing lock can still cost something. */
const isExposed = (phase: HubPhase): boolean =>
  'outgoing' in phase && phase.type !== 'claiming' && phase.type !== 'writtenOff'
const isAsk = ({ type }: HubEffect): boolean => type === 'claim' || type === 'decline'

/** The most that a step may fold at: what is surely got for the incoming lock, by what is held once the step is durable. */
function sureIncome(before: HubPhase, after: HubPhase, { outcome }: HubContext): bigint {
  return hubFoldLimit({
    held: heldIn(after),
    incomingStands: 'incoming' in before && 'incoming' in after,
    incomingFoldedAt: 'foldedAt' in after ? after.foldedAt : undefined,
    outcome: outcomeForRules(outcome),
  })
}

/** What a hub never does. */
const never: Never<HubPhase, HubEvent, HubContext, HubEffect> = {
  'more than one effect': ({ effects }) => effects.length > 1,
  'a fold above what is surely got': ({ before, after, context, effects }) =>
    effects.some((effect) => effect.type === 'fold' && effect.amount > sureIncome(before, after, context)),
  'a fold that its lane does not take, or while the chain is asked': ({
    effects,
    context: { outgoing: leg, outcome },
  }) => effects.some(({ type }) => type === 'fold') && (!leg || !canFold(leg) || outcome.type === 'closing'),
  'a fold at anything but the final amount, once there is one': ({ effects, context: { outcome } }) =>
    effects.some((effect) => effect.type === 'fold' && outcome.type === 'final' && effect.amount !== outcome.amount),
  'a fold that is not remembered': ({ after, effects }) =>
    effects.some((effect) => effect.type === 'fold' && effect.amount > largestOf(after)),
  'an add but for a lock that was received, on a way that is ready': ({ before, effects, context }) =>
    effects.some(({ type }) => type === 'add') &&
    (before.type !== 'received' || context.outcome.type !== 'quiet' || context.forwarding().type !== 'ready'),
  'an add for a lock whose channel closes': ({ effects, context: { incoming: leg } }) =>
    effects.some(({ type }) => type === 'add') && (leg.channel !== 'live' || leg.isLeaving),
  'a restatement that nothing needs, or that no channel takes': ({ effects, context: { outgoing: leg } }) =>
    effects.some(({ type }) => type === 'restate') && !(leg?.needsRestatement && leg.channel === 'live'),
  'a request to close on a channel that takes none': ({ effects, context }) =>
    effects.some(({ type }) => type === 'requestClose') && context.outgoing?.channel !== 'live',
  'a claim or decline where messages lead to no fold': ({ effects, context }) =>
    effects.some(isAsk) && !isByMessages(context.incoming, context.outcome),
  'asking twice': ({ before, after, effects, context }) =>
    effects.some(isAsk) && ('askedAt' in before || !('askedAt' in after && after.askedAt === context.now)),
  'a claim while the outgoing lock can cost more': ({ before, effects, context }) =>
    isExposed(before) && effects.some(isAsk) && !isOver(context),
  'a decline of what a signed fold may have paid': ({ before, effects }) =>
    largestOf(before) > 0n && effects.some(({ type }) => type === 'decline'),
  'fees given back that did not come in': ({ effects, context: { fees } }) =>
    effects.some((effect) => effect.type === 'decline' && effect.decline.returned > fees.received),
  'a claim that is followed while the chain is asked': ({ before, event, context, after }) =>
    event.type === 'claim' && context.outcome.type !== 'quiet' && after !== before,
  'an outgoing lock that is left before nothing of it can be shown': ({ before, after, context }) =>
    isExposed(before) && !isExposed(after) && !isOver(context),
  'an incoming lock that is left while it stands': ({ before, after, event, context }) =>
    'incoming' in before && !('incoming' in after) && event.type !== 'folded' && context.incoming.channel !== 'ended',
  'a fold on trust that nothing covers': ({ after, effects, context: { outcome, isTrusted } }) =>
    'incoming' in after &&
    outcome.type !== 'final' &&
    effects.some((effect) => effect.type === 'fold' && effect.amount > 0n && !isTrusted(effect.amount)),
  'a lock that is left though more can be lost, or it is worth a call': ({ before, after, context }) =>
    before.type !== 'writtenOff' &&
    after.type === 'writtenOff' &&
    (context.outgoing?.lock !== 'cleared' || context.isWorthEnforcing(after.largestFold)),
  'another leg': ({ before, after }) =>
    ['incoming', 'outgoing'].some(
      (name) => name in before && name in after && before[name as keyof HubPhase] !== after[name as keyof HubPhase],
    ),
  'a largest fold that falls while the incoming lock is not paid': ({ before, after }) =>
    'incoming' in before && 'incoming' in after && largestOf(after) < largestOf(before),
  'a largest fold that falls while the outgoing lock can be shown': ({ before, after }) =>
    isExposed(before) && isExposed(after) && largestOf(after) < largestOf(before),
  'a voucher that is lost before its lock is over': ({ before, after, context }) =>
    (heldIn(after) ?? 0n) < (heldIn(before) ?? 0n) && !(after.type === 'returning' && isOver(context)),
  'closing that begins another time': ({ before, after, context }) =>
    'closingSince' in after && after.closingSince !== ('closingSince' in before ? before.closingSince : context.now),
  'closing that comes to an opening': ({ before, after }) =>
    'closingSince' in before && !('closingSince' in after) && after.type !== 'closed',
  'a step after the end': ({ before, after, effects }) =>
    before.type === 'closed' && (after !== before || effects.length > 0),
}

test.each(Object.entries(never))('in the whole walk there is never %s', (_, isWrong) => {
  expect(wrongSteps(hubMachine, isWrong)).toEqual([])
})

test('nor in any sequence of events, and looks come to an end', () => {
  checkSequences(hubMachine, {
    start: { type: 'received', incoming },
    never,
    contextChanged: { type: 'contextChanged' },
    mayHappen: () => true,
    afterEffect: (context, effect) => ({
      ...context,
      outgoing: effect.type === 'add' ? goodOutgoing : context.outgoing && legAfter(context.outgoing, effect),
    }),
  })
})
