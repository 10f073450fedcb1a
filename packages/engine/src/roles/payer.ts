import { type PayerEvent, type PayerRecord, payerField, payerWants } from '@sluice/protocol'
import { advancePayer } from '../locks/advance.ts'
import { payerContext } from '../locks/context.ts'
import { handleVoucherAccepted, handleVoucherRefused } from '../locks/payments/answers.ts'
import type { Role } from '../ports/locks/role.ts'
import type { EngineRole } from './engine-role.ts'

const role: Role<PayerRecord, PayerEvent> = {
  name: 'payer',
  advance: advancePayer,
  wants: (view, record, time) => payerWants(record.phase, payerContext(view, record), time, view.env.policy),
  stakes: (_, { terms }) => ({ atStake: terms.capacity, owed: 0n }),
  isIncomingAtStake: () => false,
  isOutgoingCleared: (view, record) => payerContext(view, record).outgoing.lock === 'cleared',
}

/** Opens virtual channels and pays over them. */
export const payer: EngineRole = {
  ...(role as Role),
  fields: { payer: payerField },
  flow: { messages: { voucherAccepted: handleVoucherAccepted, voucherRefused: handleVoucherRefused } },
}
