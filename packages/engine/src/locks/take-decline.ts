import {
  type Address,
  type DeclineMessage,
  feesFrom,
  feesToReturn,
  lowest,
  ProtocolError,
  type VirtualRecord,
} from '@sluice/protocol'
import { channelOf, secondsOf } from '../lanes/channel.ts'
import type { Tx } from '../ports/tx.ts'
import { crankLater } from './later.ts'
import { putVirtual } from './put.ts'
import { nextOf } from './situation.ts'

/** Whether the next hop has had the lock folded, or asked for it: it went further, and its fee was earned. */
function isClaimed({ claimed, outgoing, status }: VirtualRecord): boolean {
  return claimed !== undefined || outgoing?.largestFold !== undefined || status === 'closed' || status === 'spent'
}

/**
 * Handles `decline`: the next hop accepted the lock and goes no further, so it is folded at 0. Of the fees, only what really came back
 * on the other lane is counted as returned.
 */
export function takeDecline(tx: Tx, peer: Address, { virtualId, code, returned }: DeclineMessage): void {
  const record = tx.virtuals.get(virtualId)
  if (record?.outgoing === undefined || nextOf(record) !== peer)
    throw new ProtocolError('VIRTUAL_UNKNOWN', { virtualId })
  if (record.decline !== undefined || isClaimed(record)) return
  const channel = channelOf(tx, record.outgoing.channelId)
  const paidOn = feesFrom(record.memo, record.position)
  const came = lowest(returned, channel.surplus, paidOn)
  tx.channels.set(channel.channelId, { ...channel, surplus: channel.surplus - came })
  const received = record.position === 0 ? paidOn : feesFrom(record.memo, record.position - 1)
  const decline = { code, returned: feesToReturn({ received, paidOn, returned: came }) }
  const closingSince = record.closingSince ?? secondsOf(tx)
  putVirtual(tx, { ...record, status: 'closing', claimed: 0n, decline, closingSince })
  crankLater(tx, virtualId)
}
