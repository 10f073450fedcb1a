import {
  type Address,
  type Operation,
  type OutLane,
  ProtocolError,
  type RefuseMessage,
  rollBack,
} from '@sluice/protocol'
import type { Tx } from '../ports/tx.ts'
import { channelOf } from './channel.ts'
import { restate } from './draft.ts'
import { signUpdate } from './sign-update.ts'

/** The operations of updates that stood before and are refused now. */
function* newlyRefused(before: OutLane, after: OutLane): Generator<Operation> {
  const stood = new Set(before.updates.filter(({ status }) => status !== 'refused').map(({ state }) => state.seq))
  for (const { status, state, update } of after.updates) {
    if (status === 'refused' && stood.has(state.seq)) yield* update.operations
  }
}

/** Handles `refuse`: this side goes back to the voucher named, and has the refused ones killed by a countersigned restatement. */
export function handleRefuse(tx: Tx, peer: Address, { channelId, lane, seq, newest, code }: RefuseMessage): void {
  channelOf(tx, channelId, peer)
  // What is drafted meant the state that is refused: it is signed first, to be refused with it.
  signUpdate(tx, channelId)
  const channel = channelOf(tx, channelId)
  if (lane !== channel.self) throw new ProtocolError('LANE_INDEX_WRONG', { expected: channel.self, got: lane })
  const out = rollBack(channel.out, seq, newest)
  if (out === channel.out) return
  tx.channels.set(channelId, { ...channel, out })
  tx.env.log.warn('update refused', { peer, channelId, seq, newest, code })
  for (const operation of newlyRefused(channel.out, out)) {
    if (operation.type !== 'pay') tx.locks.refusedByPeer(tx, operation, code)
  }
  restate(tx, channelId)
}
