import { hubTable } from '../../machines/locks/hub.ts'
import type { Forwarding, HubContext, HubEffect, HubEvent, HubPhase } from '../../machines/locks/hub-phases.ts'
import {
  ASKED,
  CAPACITY,
  CLOSES_AT,
  FOLLOW_TIMEOUT,
  FORWARD_UNTIL,
  incoming,
  incomingLegs,
  inWords,
  legWords,
  moments,
  momentWords,
  outcomes,
  outcomeWords,
  outgoing,
  outgoingLegs,
  outgoingWords,
  REFOLD_AFTER,
  REFUSED,
  SINCE,
  samplesOf,
  voucherOf,
} from './lock-samples.ts'
import type { WalkableMachine } from './walk.ts'

const voucher = voucherOf(50n)
const legs = { incoming, outgoing }
const decline = { code: 'FEE_LOW', returned: 2n }
const closingSince = SINCE

/** What a hub can hold of what it locked on: no payment came by, one did, a fold was signed, one by the chain's word alone, one at 0. */
const holdings = [{}, { voucher }, { voucher, largestFold: 50n }, { largestFold: 30n }, { largestFold: 0n }] as const
const closing = holdings.map((held) => ({ ...legs, ...held, closingSince }))
const paid = { outgoing, closingSince }

const phases = samplesOf<HubPhase>(
  { type: 'received', incoming },
  { type: 'forwarded', ...legs },
  { type: 'forwarded', ...legs, voucher },
  ...closing.map((rest): HubPhase => ({ type: 'asking', ...rest })),
  { type: 'asking', ...legs, voucher, largestFold: 50n, closingSince, foldRefusedAt: REFUSED[1] },
  { type: 'asking', ...legs, voucher, largestFold: 50n, closingSince, foldRefusedAt: REFUSED[0] },
  ...closing.map((rest): HubPhase => ({ type: 'claimed', ...rest, claimed: 'voucher' in rest ? 50n : 0n })),
  { type: 'claimed', ...legs, voucher, closingSince, claimed: 30n },
  { type: 'claimed', ...legs, closingSince, claimed: 0n, decline },
  { type: 'claimed', ...legs, voucher, closingSince, claimed: 0n, decline },
  { type: 'folding', ...legs, amount: 0n, largestFold: 0n, closingSince, signedAt: ASKED },
  { type: 'folding', ...legs, amount: 0n, largestFold: 0n, decline, closingSince, signedAt: ASKED },
  { type: 'folding', ...legs, voucher, amount: 50n, largestFold: 50n, closingSince, signedAt: ASKED },
  { type: 'folding', ...legs, voucher, amount: 30n, largestFold: 50n, closingSince, signedAt: ASKED },
  { type: 'folding', ...legs, voucher, amount: 0n, largestFold: 50n, decline, closingSince, signedAt: ASKED },
  ...closing.map((rest): HubPhase => ({ type: 'withdrawing', ...rest, code: 'ADD_LOCKS_MAX', refusedAt: ASKED })),
  ...closing.map(
    (rest): HubPhase => ({ type: 'claiming', ...rest, cost: 'largestFold' in rest ? rest.largestFold : 0n }),
  ),
  { type: 'claiming', ...legs, voucher, largestFold: 50n, cost: 50n, closingSince, askedAt: ASKED },
  { type: 'claiming', ...legs, voucher, largestFold: 50n, cost: 30n, closingSince, askedAt: ASKED + 1n },
  { type: 'writtenOff', ...legs, voucher, largestFold: 50n, cost: 30n, closingSince, leftAt: ASKED },
  { type: 'returning', incoming, decline, closingSince },
  { type: 'returning', incoming, decline, closingSince, askedAt: ASKED },
  { type: 'covered', ...paid, foldedAt: 50n },
  { type: 'covered', ...paid, foldedAt: 50n, voucher, claimed: 30n },
  { type: 'covered', ...paid, foldedAt: 50n, voucher, claimed: 50n, largestFold: 50n },
  { type: 'covered', ...paid, foldedAt: 50n, voucher, largestFold: 50n },
  { type: 'covered', ...paid, foldedAt: 50n, voucher, largestFold: 50n, foldRefusedAt: REFUSED[1] },
  { type: 'covered', ...paid, foldedAt: 50n, voucher, largestFold: 50n, foldRefusedAt: REFUSED[0] },
  { type: 'covered', ...paid, foldedAt: 0n },
  { type: 'clearing', ...paid, foldedAt: 50n, signedAt: ASKED },
  { type: 'clearing', ...paid, foldedAt: 50n, voucher, largestFold: 50n, signedAt: ASKED },
  { type: 'closed', closedAt: SINCE },
  { type: 'closed', closedAt: SINCE, voucher, decline },
)

const eventValues: readonly HubEvent[] = [
  { type: 'contextChanged' },
  { type: 'requestClose' },
  { type: 'claim', claim: { amount: 0n } },
  { type: 'claim', claim: { amount: 30n, voucher: voucherOf(30n) } },
  { type: 'claim', claim: { amount: 80n, voucher: voucherOf(80n) } },
  { type: 'decline', code: 'NO_ROUTE', returned: 1n },
  { type: 'addRefused', code: 'ADD_LOCKS_MAX' },
  { type: 'foldRefused', code: 'FOLD_TOO_LOW' },
  { type: 'foldRefused', code: 'CHANNEL_CLOSING' },
  { type: 'foldRefused', code: 'ADD_LOCKS_MAX' },
  { type: 'folded', amount: 0n },
  { type: 'folded', amount: 50n },
  { type: 'folded', amount: 100n },
]

const forwardings: readonly Forwarding[] = [
  { type: 'ready', outgoing },
  { type: 'temporary', code: 'PEER_OFFLINE' },
  { type: 'permanent', code: 'NO_ROUTE' },
]

const limits = {
  capacity: CAPACITY,
  closesAt: CLOSES_AT,
  forwardUntil: FORWARD_UNTIL,
  refoldAfter: REFOLD_AFTER,
  followTimeout: FOLLOW_TIMEOUT,
  isWorthEnforcing: () => true,
  isTrusted: () => true,
}
const fees = { received: 7n, paidOn: 3n, base: 0n, keptFrom: 1n << 60n }
const offline: Forwarding = { type: 'temporary', code: 'PEER_OFFLINE' }

/** Before it locked on: every moment and way on. */
const beforeOutgoing: readonly HubContext[] = outcomes.flatMap((outcome) =>
  incomingLegs.flatMap((incomingLeg) =>
    moments.flatMap((now) =>
      forwardings.map((way): HubContext => {
        return { ...limits, now, outcome, incoming: incomingLeg, outgoing: undefined, forwarding: () => way, fees }
      }),
    ),
  ),
)

/** Once it locked on: every word of both legs at some moments. */
const withOutgoing = (times: readonly bigint[]): readonly HubContext[] =>
  outcomes.flatMap((outcome) =>
    incomingLegs.flatMap((incomingLeg) =>
      outgoingLegs.flatMap((outgoingLeg) =>
        times.map((now): HubContext => {
          const both = { incoming: incomingLeg, outgoing: outgoingLeg }
          return { ...limits, now, outcome, ...both, forwarding: () => offline, fees }
        }),
      ),
    ),
  )

/** Where nothing is worth a transaction, and the neighbour towards the payer is trusted with nothing. */
const onTrust = (contexts: readonly HubContext[]): readonly HubContext[] =>
  contexts.map((context) => ({ ...context, isWorthEnforcing: () => false, isTrusted: () => false }))

const inItsLife = withOutgoing([CLOSES_AT - 1n, CLOSES_AT])
const afterIt = withOutgoing([CLOSES_AT])
const afterItOnTrust = [...afterIt, ...onTrust(afterIt)]

/** Phases in which it matters what a call is worth. */
const WEIGHED: ReadonlySet<HubPhase['type']> = new Set(['asking', 'claimed', 'folding', 'claiming'])

/** Only what is not closing yet cares for the time. */
function contextsOf({ type }: HubPhase): readonly HubContext[] {
  if (type === 'received') return beforeOutgoing
  if (type === 'forwarded') return inItsLife
  return WEIGHED.has(type) ? afterItOnTrust : afterIt
}

/** A hub's machine with all that it can meet. */
export const hubMachine: WalkableMachine<HubPhase, HubEvent, HubContext, HubEffect> = {
  name: 'Hub',
  about:
    'A virtual channel at a member in the middle of its path, from the incoming lock to the end of both. What can still be claimed for the incoming lock is at least what the outgoing one can still cost.',
  table: hubTable,
  phases,
  events: samplesOf<HubEvent>(...eventValues),
  contexts: contextsOf,
  describePhase: (phase, { now }, before) => (phase === before ? 'same' : inWords(phase, now)),
  describeEffect: (effect, { now }) => inWords(effect, now),
  describeContext: ({ now, outcome, incoming: incomingLeg, outgoing: outgoingLeg, forwarding, isTrusted }) => ({
    V: outcomeWords(outcome),
    incoming: legWords(incomingLeg),
    ...(outgoingLeg && outgoingWords(outgoingLeg)),
    time: momentWords(now),
    'the way on': outgoingLeg ? 'none' : forwarding().type,
    trust: isTrusted(1n) ? 'yes' : 'no',
  }),
  views: [{ title: 'Phases', node: ({ type }) => type, start: 'received' }],
}
