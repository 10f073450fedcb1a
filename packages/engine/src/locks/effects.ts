import type { PayerEffect, VirtualRecord } from '@sluice/protocol'
import { draft, restate } from '../lanes/draft.ts'
import type { Tx } from '../ports/tx.ts'
import { nextOf } from './record.ts'

/**
 * Carries out an effect of a virtual channel's machine on the side of the outgoing lock.
 *
 * @param record As it was before the event.
 */
export function carryOut(tx: Tx, record: VirtualRecord, effect: PayerEffect): void {
  const { virtualId } = record
  switch (effect.type) {
    case 'fold': {
      const { channelId, slot } = effect.leg
      draft(tx, channelId, [{ type: 'fold', lockId: virtualId, amount: effect.amount }], () => slot)
      return
    }
    case 'restate':
      restate(tx, effect.leg.channelId)
      return
    case 'requestClose': {
      const next = nextOf(record)
      if (next !== undefined) tx.send(next, { type: 'requestClose', virtualId })
    }
  }
}
