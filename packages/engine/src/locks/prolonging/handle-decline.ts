import {
  type Address,
  type HubRecord,
  lowest,
  type PayerRecord,
  type ProlongDeclineMessage,
  ProtocolError,
} from '@sluice/protocol'
import { channelOf, secondsOf } from '../../lanes/channel.ts'
import type { Tx } from '../../ports/tx.ts'
import { processVirtualAtEnd } from '../advance.ts'
import { nextOf, outgoingLeg, previousOf, virtualOf } from '../record.ts'
import { payBack } from './pay-back.ts'
import { sendPaid } from './send.ts'

function passedTo(tx: Tx, peer: Address, { virtualId }: ProlongDeclineMessage): PayerRecord | HubRecord {
  const record = virtualOf(tx, virtualId)
  if (record.role === 'payee' || outgoingLeg(record) === undefined || nextOf(record) !== peer) {
    throw new ProtocolError('VIRTUAL_UNKNOWN', { virtualId })
  }
  return record
}

/** What of the fees that were paid on really came back, base units. It is counted once. */
function takeReturned(tx: Tx, record: PayerRecord | HubRecord, returned: bigint): bigint {
  const leg = outgoingLeg(record)
  if (leg === undefined) return 0n
  const channel = channelOf(tx, leg.channelId)
  const came = lowest(returned, channel.surplus, record.prolonged?.paidOn ?? 0n)
  tx.channels.set(leg.channelId, { ...channel, surplus: channel.surplus - came })
  return came
}

/** Whether the next member took longer than finding a way takes: then a hub's own part paid for the time since. */
function isLate(tx: Tx, { prolonged, position, terms }: HubRecord): boolean {
  const wait = BigInt(tx.env.policy.forwardWait * (terms.path.length - position))
  return secondsOf(tx) >= (prolonged?.at ?? 0n) + wait
}

/** A hub tells the neighbour towards the payer, and gives back what it need not keep. */
function passOn(tx: Tx, record: HubRecord, code: string, came: bigint): bigint {
  const { prolonged, memo, position, virtualId } = record
  const previous = previousOf(record)
  if (prolonged === undefined || previous === undefined) return 0n
  const own = isLate(tx, record) ? 0n : prolonged.received - prolonged.paidOn
  const returned = payBack(tx, record, own + came)
  const until = (memo.until[position - 1] ?? 0n) + prolonged.by
  sendPaid(tx, previous, { type: 'prolongDecline', virtualId, until, code, returned }, returned)
  return returned
}

/**
 * Handles `prolongDecline`: the next hop is not prolonged, so that what stood before stands again, here and towards the payer. Only the newest prolonging can be
 * declined: who asked again has gone past the one before.
 */
export function handleProlongDecline(tx: Tx, peer: Address, message: ProlongDeclineMessage): void {
  const record = passedTo(tx, peer, message)
  const { virtualId, memo, position, prolonged } = record
  const isNewest = prolonged !== undefined && message.until === (memo.until[position] ?? 0n) + prolonged.by
  if (!isNewest || prolonged.by === prolonged.before) return
  const came = takeReturned(tx, record, message.returned)
  const back = record.role === 'hub' ? passOn(tx, record, message.code, came) : came
  const left = { by: prolonged.before, received: prolonged.received - back, paidOn: prolonged.paidOn - came }
  tx.virtuals.set(virtualId, { ...record, prolonged: { ...prolonged, ...left } })
  tx.env.log.warn('not prolonged', { virtualId, peer, code: message.code, until: message.until })
  processVirtualAtEnd(tx, virtualId)
}
