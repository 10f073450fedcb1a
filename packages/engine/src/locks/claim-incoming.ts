import { type ChannelRecord, highestValue, type SignedVoucher, SluiceError, type VirtualRecord } from '@sluice/protocol'
import { isClosing, secondsOf } from '../lanes/channel.ts'
import { operate } from '../lanes/operate.ts'
import { sealNow } from '../lanes/seal.ts'
import type { Tx } from '../ports/tx.ts'
import { putVirtual } from './put.ts'
import { incomingStands, isOutgoingCleared, outgoingStands, type Situation } from './situation.ts'

/** Pays fees of a declined add back; what can't be paid back now is not promised. Returns what was paid, base units. */
function payBack(tx: Tx, channel: ChannelRecord, amount: bigint): bigint {
  if (amount === 0n) return 0n
  try {
    operate(tx, channel.channelId, [{ type: 'pay', amount }])
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    tx.env.log.warn('fees not returned', { channelId: channel.channelId, amount, code: error.code })
    return 0n
  }
  // Signed now, so that the pay is there when the decline that names it arrives.
  sealNow(tx, channel.channelId)
  return amount
}

function passDeclineOn(tx: Tx, record: VirtualRecord, channel: ChannelRecord): void {
  const { virtualId, decline } = record
  if (decline === undefined || record.declineSent === true) return
  const returned = payBack(tx, channel, decline.returned)
  tx.send(channel.peer, { type: 'decline', virtualId, code: decline.code, returned })
  putVirtual(tx, { ...record, declineSent: true, claimedAt: secondsOf(tx) })
}

/** The voucher by which the incoming lock is to be folded; undefined to fold it at 0. */
function claimVoucher({ record, role }: Situation): SignedVoucher | undefined {
  const value = role === 'payee' ? highestValue(record.voucher, record.terms.capacity) : record.outgoing?.largestFold
  return value !== undefined && value > 0n ? record.voucher : undefined
}

function claim(tx: Tx, situation: Situation, channel: ChannelRecord): void {
  const { record } = situation
  if (record.claimedAt !== undefined) return
  const voucher = claimVoucher(situation)
  tx.send(channel.peer, { type: 'claim', virtualId: record.virtualId, ...(voucher && { voucher }) })
  putVirtual(tx, { ...record, claimedAt: secondsOf(tx) })
}

/**
 * Asks the neighbour towards the payer to fold, once nothing can be lost by it: a payee when it closes; a hub when its outgoing lock is
 * gone from every voucher that can still be shown, or never was in one. While V is closing on chain, the chain's answer is waited for.
 */
export function claimIncoming(tx: Tx, situation: Situation): void {
  const { record, role, incoming, outcome } = situation
  if (incoming === undefined || !incomingStands(situation) || outcome.closing || isClosing(tx, incoming)) return
  const isClosingHere = record.closingSince !== undefined || record.decline !== undefined
  if (role === 'payee') {
    if (record.closingSince !== undefined) claim(tx, situation, incoming)
    return
  }
  if (outgoingStands(situation) || !isOutgoingCleared(situation)) return
  if (record.outgoing === undefined && !isClosingHere) return
  if (record.decline !== undefined) passDeclineOn(tx, record, incoming)
  else claim(tx, situation, incoming)
}
