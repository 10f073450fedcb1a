import type { Address, CountersignRequestMessage } from '@sluice/protocol'
import type { Tx } from '../ports/tx.ts'
import { channelOf } from './channel.ts'
import { countersignAtEnd } from './countersign.ts'

/** Handles `countersignRequest`. */
export function handleCountersignRequest(tx: Tx, peer: Address, message: CountersignRequestMessage): void {
  countersignAtEnd(tx, channelOf(tx, message.channelId, peer).channelId)
}
