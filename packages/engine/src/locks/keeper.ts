import { lockIdOf } from '@sluice/protocol'
import type { LockKeeper } from '../ports/locks/lock-keeper.ts'
import { advance, processVirtualAtEnd } from './advance.ts'
import { publishChangedPrice } from './neighbours/publish-policy.ts'
import { noteReturned } from './neighbours/standing.ts'
import { previousOf } from './record.ts'

/** Keeps the locks that virtual channels decide. */
export const virtualKeeper: LockKeeper = {
  receive: (tx, channel) => tx.env.roles.receiver.receive(tx, channel),
  refused: (tx, peer, operation) => tx.env.roles.receiver.refused(tx, peer, operation),
  refusedByPeer(tx, operation, code) {
    const record = tx.virtuals.get(lockIdOf(tx.env, operation))
    if (record === undefined) return
    const event = { type: operation.type === 'fold' ? 'foldRefused' : 'addRefused', code } as const
    const taken = record.role === 'payee' ? undefined : advance(tx, record, event)
    if (taken !== undefined && record.role === 'hub' && event.type === 'addRefused') {
      noteReturned(tx, record, 'refused')
      publishChangedPrice(tx, previousOf(record))
    }
    processVirtualAtEnd(tx, record.virtualId)
  },
  changed: (tx, operation) => processVirtualAtEnd(tx, lockIdOf(tx.env, operation)),
  laneFreed(tx, channelId) {
    const { peer } = tx.channels.get(channelId) ?? {}
    for (const virtualId of tx.virtualsWaitingFor(channelId)) processVirtualAtEnd(tx, virtualId)
    if (peer !== undefined) for (const virtualId of tx.virtualsReceivedFor(peer)) processVirtualAtEnd(tx, virtualId)
  },
}
