import type { Address, CountersignRequestMessage } from '@sluice/protocol'
import type { Tx } from '../ports/tx.ts'
import { channelOf } from './channel.ts'
import { countersignLater } from './countersign-now.ts'

/** Handles `countersignRequest`. */
export function takeCountersignRequest(tx: Tx, peer: Address, message: CountersignRequestMessage): void {
  countersignLater(tx, channelOf(tx, message.channelId, peer).channelId)
}
