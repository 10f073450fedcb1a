import {
  type ChannelRecord,
  type DeclineMessage,
  type HubEffect,
  type PayeeEffect,
  ProtocolError,
  SluiceError,
  type VirtualRecord,
} from '@sluice/protocol'
import { channelOf } from '../../lanes/channel.ts'
import { draft, draftPay } from '../../lanes/draft.ts'
import type { Tx } from '../../ports/tx.ts'
import { carryOut } from '../effects.ts'
import { addOperations } from '../forwarding.ts'
import { incomingLeg } from '../record.ts'

function incomingChannel(tx: Tx, record: VirtualRecord): ChannelRecord {
  const leg = incomingLeg(record)
  if (leg === undefined) throw new ProtocolError('FORWARD_NOT_STANDING', { virtualId: record.virtualId })
  return channelOf(tx, leg.channelId)
}

/** Pays fees of a declined add back; what can't be paid back now is not promised. Returns what was paid, base units. */
function returnFees(tx: Tx, channel: ChannelRecord, amount: bigint): bigint {
  if (amount === 0n) return 0n
  try {
    draftPay(tx, channel.channelId, amount)
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    tx.env.log.warn('fees not returned', { channelId: channel.channelId, amount, code: error.code })
    return 0n
  }
  return amount
}

/** The pay has to be there when the decline that names it arrives, so the lane is signed first. */
function sendDecline(tx: Tx, { peer }: ChannelRecord, decline: DeclineMessage): void {
  if (decline.returned === 0n) tx.send(peer, decline)
  else tx.atEnd('sign', `decline/${decline.virtualId}`, (end) => end.send(peer, decline))
}

/**
 * Carries out an effect of the machine of who has an incoming lock.
 *
 * @param record As it was before the event.
 */
export function carryOutReceiving(tx: Tx, record: VirtualRecord, effect: HubEffect | PayeeEffect): void {
  const { virtualId, terms } = record
  switch (effect.type) {
    case 'add':
      draft(tx, effect.outgoing.channelId, addOperations(record))
      return
    case 'claim': {
      const { voucher } = effect
      tx.send(incomingChannel(tx, record).peer, { type: 'claim', virtualId, ...(voucher && { voucher }) })
      return
    }
    case 'decline': {
      const channel = incomingChannel(tx, record)
      const { code } = effect.decline
      tx.env.log.info('declining', { virtualId, code })
      const returned = returnFees(tx, channel, effect.decline.returned)
      sendDecline(tx, channel, { type: 'decline', virtualId, code, returned })
      return
    }
    case 'acknowledge': {
      const [payer] = terms.path
      if (payer !== undefined) tx.volatile(payer, { type: 'voucherAccepted', virtualId, amount: effect.amount })
      return
    }
    default:
      carryOut(tx, record, effect)
  }
}
