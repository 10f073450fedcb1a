import {
  highestValue,
  isPayeeAtStake,
  type PayeeEvent,
  type PayeeRecord,
  payeeField,
  payeeWants,
} from '@sluice/protocol'
import { advancePayee } from '../locks/advance.ts'
import { payeeContext } from '../locks/context.ts'
import { acceptOfferAtEnd } from '../locks/payments/accept.ts'
import { admit, waitForAmount } from '../locks/payments/admit.ts'
import { handleTick, handleVoucher, offerDue, offerTimer } from '../locks/payments/offers.ts'
import { handleProlong } from '../locks/prolonging/handle-prolong.ts'
import { virtualReceiver } from '../locks/receiving/receive.ts'
import { voucherOf } from '../locks/record.ts'
import type { Role } from '../ports/locks/role.ts'
import type { EngineRole } from './engine-role.ts'

const role: Role<PayeeRecord, PayeeEvent> = {
  name: 'payee',
  advance: advancePayee,
  wants: (view, record, time) => payeeWants(record.phase, payeeContext(view, record), time, view.env.policy),
  stakes(_, record) {
    const owed = highestValue(voucherOf(record), record.terms.capacity)
    return { atStake: owed, owed }
  },
  isIncomingAtStake: (_, { phase, terms }) => isPayeeAtStake(phase, terms),
  isOutgoingCleared: () => true,
}

/** Is paid over virtual channels. */
export const payee: EngineRole = {
  ...(role as Role),
  fields: { payee: payeeField },
  flow: {
    messages: { voucher: handleVoucher, tick: handleTick, prolong: handleProlong },
    virtualChain(tx, virtualId) {
      if (tx.offers.get(virtualId) !== undefined) acceptOfferAtEnd(tx, virtualId)
    },
    offerDue,
    offerTimer,
  },
  receiver: virtualReceiver,
  admitting: { admit, waitForAmount },
}
