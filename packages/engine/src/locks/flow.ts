import { type Address, type Id, ProtocolError } from '@sluice/protocol'
import { answerHeld } from '../lanes/answer-update.ts'
import { channelOf, isClosing } from '../lanes/channel.ts'
import type { Flow, Tx } from '../ports/tx.ts'
import { processVirtualAtEnd } from './advance.ts'
import { handleClaim, handleDecline, handleRequestClose } from './claims.ts'
import { handlePolicy, publishPolicy } from './neighbours/publish-policy.ts'
import { isUnacknowledged } from './payments/answers.ts'
import { sendVoucher } from './payments/pay.ts'
import { handleProlongDecline } from './prolonging/handle-decline.ts'
import { incomingLeg } from './record.ts'
import { virtualDue, virtualTimer } from './timers.ts'

/** A session stands: the payee hears the highest vouchers again, and what waited to be locked on goes on. */
function connected(tx: Tx, peer: Address): void {
  publishPolicy(tx, peer)
  for (const virtualId of tx.virtualsReceivedFor(peer)) processVirtualAtEnd(tx, virtualId)
  for (const virtualId of tx.virtualsPaidTo(peer)) {
    const record = tx.virtuals.get(virtualId)
    if (record?.role === 'payer' && record.phase.type === 'open' && isUnacknowledged(tx, record))
      sendVoucher(tx, record)
  }
}

/** The chain says something new of a virtual channel, or a block came that it waits for. */
function virtualChain(tx: Tx, virtualId: Id): void {
  const record = tx.virtuals.get(virtualId)
  const leg = record && incomingLeg(record)
  if (leg !== undefined) answerHeld(tx, leg.channelId)
  processVirtualAtEnd(tx, virtualId)
}

/** A channel changed on chain, or time passed for it there: what has a lock on it is looked at. */
function channelChain(tx: Tx, channelId: Id): void {
  const channel = channelOf(tx, channelId)
  if (channel.phase.type !== 'ended' && !isClosing(tx, channel)) return
  for (const virtualId of tx.virtualsOn(channelId)) processVirtualAtEnd(tx, virtualId)
}

/** How virtual channels open and close, whatever this side's role in them. */
const sharedFlow: Flow = {
  messages: {
    decline: handleDecline,
    prolongDecline: handleProlongDecline,
    requestClose: handleRequestClose,
    claim: handleClaim,
    _policy: handlePolicy,
  },
  connected,
  virtualChain,
  channelChain,
  virtualDue,
  virtualTimer,
}

function refusePayment(): never {
  throw new ProtocolError('ROLE_MISSING', { role: 'payee' })
}

/** For who is not paid: a role that is takes these messages instead. */
const refusingFlow: Flow = { messages: { voucher: refusePayment, tick: refusePayment, prolong: refusePayment } }

/** How virtual channels open, are paid on and close, for an engine with these roles. */
export function virtualFlows(roles: readonly { readonly flow: Flow }[]): readonly Flow[] {
  return [refusingFlow, ...roles.map(({ flow }) => flow), sharedFlow]
}
