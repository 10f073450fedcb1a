import {
  type PayerContext,
  type PayerEffect,
  type PayerEvent,
  type PayerPhase,
  payerTable,
} from '../../machines/locks/payer.ts'
import {
  ASKED,
  CAPACITY,
  CLOSES_AT,
  inWords,
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
const tickSeed = `0x${'7e'.repeat(32)}` as const
const decline = { code: 'FEE_LOW', returned: 2n }
const closing = { outgoing, closingSince: SINCE }

const phases = samplesOf<PayerPhase>(
  { type: 'open', outgoing },
  { type: 'open', outgoing, voucher },
  { type: 'open', outgoing, voucher, tickSeed },
  { type: 'asking', ...closing },
  { type: 'asking', ...closing, voucher },
  { type: 'asking', ...closing, voucher, foldRefusedAt: REFUSED[1] },
  { type: 'asking', ...closing, voucher, foldRefusedAt: REFUSED[0] },
  { type: 'claimed', ...closing, claimed: 0n },
  { type: 'claimed', ...closing, claimed: 30n },
  { type: 'claimed', ...closing, voucher, claimed: 30n },
  { type: 'claimed', ...closing, voucher, claimed: 50n },
  { type: 'claimed', ...closing, voucher, claimed: 0n, decline },
  { type: 'folding', ...closing, amount: 0n, signedAt: ASKED },
  { type: 'folding', ...closing, voucher, amount: 50n, signedAt: ASKED },
  { type: 'folding', ...closing, voucher, amount: 0n, decline, signedAt: ASKED },
  { type: 'withdrawing', ...closing, code: 'ADD_LOCKS_MAX', refusedAt: ASKED },
  { type: 'withdrawing', ...closing, voucher, code: 'ADD_LOCKS_MAX', refusedAt: ASKED },
  { type: 'closed', closedAt: SINCE },
  { type: 'closed', closedAt: SINCE, voucher, decline },
)

const eventValues: readonly PayerEvent[] = [
  { type: 'contextChanged' },
  { type: 'requestClose' },
  { type: 'pay', voucher: voucherOf(80n) },
  { type: 'pay', voucher: voucherOf(80n), tickSeed: `0x${'7f'.repeat(32)}` },
  { type: 'claim', claim: { amount: 0n } },
  { type: 'claim', claim: { amount: 40n, voucher: voucherOf(40n) } },
  { type: 'claim', claim: { amount: 50n, voucher } },
  { type: 'claim', claim: { amount: 80n, voucher: voucherOf(80n) } },
  { type: 'decline', code: 'NO_ROUTE', returned: 1n },
  { type: 'addRefused', code: 'ADD_LOCKS_MAX' },
  { type: 'foldRefused', code: 'FOLD_TOO_LOW' },
  { type: 'foldRefused', code: 'CHANNEL_CLOSING' },
  { type: 'foldRefused', code: 'ADD_LOCKS_MAX' },
]

const contexts: readonly PayerContext[] = outcomes.flatMap((outcome) =>
  outgoingLegs.flatMap((leg) =>
    moments.map(
      (now): PayerContext => ({
        now,
        outcome,
        closesAt: CLOSES_AT,
        refoldAfter: REFOLD_AFTER,
        capacity: CAPACITY,
        outgoing: leg,
      }),
    ),
  ),
)

/** A payer's machine with all that it can meet. */
export const payerMachine: WalkableMachine<PayerPhase, PayerEvent, PayerContext, PayerEffect> = {
  name: 'Payer',
  about: 'A virtual channel at the member that pays over it. It never folds its lock above what it signed.',
  table: payerTable,
  phases,
  events: samplesOf<PayerEvent>(...eventValues),
  contexts: () => contexts,
  describePhase: (phase, { now }, before) => (phase === before ? 'same' : inWords(phase, now)),
  describeEffect: (effect, { now }) => inWords(effect, now),
  describeContext: ({ now, outcome, outgoing: leg }) => ({
    V: outcomeWords(outcome),
    ...outgoingWords(leg),
    time: momentWords(now),
  }),
  views: [{ title: 'Phases', node: ({ type }) => type, start: 'open' }],
}
