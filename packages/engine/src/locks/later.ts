import type { Id } from '@sluice/protocol'
import type { Tx } from '../ports/tx.ts'
import { crank } from './crank.ts'

/** Does what is due for a virtual channel once the batch's events are all in. */
export function crankLater(tx: Tx, virtualId: Id): void {
  tx.atEnd(`virtual/${virtualId}`, (end) => crank(end, virtualId))
}

/** Does what is due for every virtual channel that has something left to do on this channel, as it can sign again. */
export function crankWaiting(tx: Tx, channelId: Id): void {
  tx.atEnd(`waiting/${channelId}`, (end) => {
    for (const virtualId of virtualsOn(end, channelId)) crankLater(end, virtualId)
  })
}

/** The virtual channels that are not over and have a lock, or may get one, on this channel. */
export function virtualsOn(tx: Tx, channelId: Id): readonly Id[] {
  return [...new Set([...tx.virtualsOn(channelId), ...tx.virtualsIn('opening')])]
}
