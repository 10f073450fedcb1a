import {
  type PayeeContext,
  type PayeeEffect,
  type PayeeEvent,
  type PayeePhase,
  payeeTable,
} from '../../machines/locks/payee.ts'
import {
  ASKED,
  CAPACITY,
  CLOSES_AT,
  incoming,
  incomingLegs,
  inWords,
  legWords,
  moments,
  momentWords,
  outcomes,
  outcomeWords,
  REFOLD_AFTER,
  SINCE,
  samplesOf,
  voucherOf,
} from './lock-samples.ts'
import type { WalkableMachine } from './walk.ts'

const voucher = voucherOf(50n)
const decline = { code: 'FEE_LOW', returned: 2n }
const closing = { incoming, closingSince: SINCE }

const phases = samplesOf<PayeePhase>(
  { type: 'open', incoming },
  { type: 'open', incoming, voucher },
  { type: 'claiming', ...closing },
  { type: 'claiming', ...closing, voucher },
  { type: 'claiming', ...closing, voucher: voucherOf(0n) },
  { type: 'claiming', ...closing, voucher, askedAt: ASKED },
  { type: 'returning', ...closing, decline },
  { type: 'returning', ...closing, decline, askedAt: ASKED },
  { type: 'closed', closedAt: SINCE },
  { type: 'closed', closedAt: SINCE, voucher },
  { type: 'closed', closedAt: SINCE, decline },
)

const eventValues: readonly PayeeEvent[] = [
  { type: 'contextChanged' },
  { type: 'requestClose' },
  { type: 'pay', voucher: voucherOf(80n) },
  { type: 'folded', amount: 0n },
  { type: 'folded', amount: 50n },
]

const contexts: readonly PayeeContext[] = outcomes.flatMap((outcome) =>
  incomingLegs.flatMap((leg) =>
    moments.map(
      (now): PayeeContext => ({
        now,
        outcome,
        closesAt: CLOSES_AT,
        refoldAfter: REFOLD_AFTER,
        capacity: CAPACITY,
        incoming: leg,
      }),
    ),
  ),
)

/** A payee's machine with all that it can meet. */
export const payeeMachine: WalkableMachine<PayeePhase, PayeeEvent, PayeeContext, PayeeEffect> = {
  name: 'Payee',
  about: 'A virtual channel at the member that is paid over it. What it accepted it claims.',
  table: payeeTable,
  phases,
  events: samplesOf<PayeeEvent>(...eventValues),
  contexts: () => contexts,
  describePhase: (phase, { now }, before) => (phase === before ? 'same' : inWords(phase, now)),
  describeEffect: (effect, { now }) => inWords(effect, now),
  describeContext: ({ now, outcome, incoming: leg }) => ({
    V: outcomeWords(outcome),
    incoming: legWords(leg),
    time: momentWords(now),
  }),
  views: [{ title: 'Phases', node: ({ type }) => type, start: 'open' }],
}
