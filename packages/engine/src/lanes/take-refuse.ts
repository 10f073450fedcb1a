import {
  type Address,
  type ChannelRecord,
  type Id,
  type Operation,
  type OutLane,
  ProtocolError,
  type RefuseMessage,
  rollBack,
} from '@sluice/protocol'
import { crankLater } from '../locks/later.ts'
import type { Tx } from '../ports/tx.ts'
import { channelOf } from './channel.ts'
import { restate } from './operate.ts'
import { sealNow } from './seal.ts'

/** The operations of updates that stood before and are refused now. */
function* newlyRefused(before: OutLane, after: OutLane): Generator<Operation> {
  const stood = new Set(before.updates.filter(({ status }) => status !== 'refused').map(({ state }) => state.seq))
  for (const { status, state, update } of after.updates) {
    if (status === 'refused' && stood.has(state.seq)) yield* update.operations
  }
}

/** Whether the refusal is of folds themselves, so that signing them again would be refused again. */
const isOfFolds = (code: string): boolean => code.startsWith('FOLD_') || code === 'CHANNEL_CLOSING'

/** A refused add is over: its lock is gone as soon as that is countersigned. */
function noteRefusedAdd(tx: Tx, virtualId: Id, code: string): void {
  const record = tx.virtuals.get(virtualId)
  if (record === undefined) return
  const decline = record.decline ?? { code, returned: 0n }
  tx.virtuals.set(virtualId, { ...record, status: 'closing', decline })
  crankLater(tx, virtualId)
}

/** A refused fold is claimed anew, or waits for the chain, unless it was only in bad company. */
function noteRefusedFold(tx: Tx, virtualId: Id, code: string): void {
  const record = tx.virtuals.get(virtualId)
  if (record === undefined) return
  if (isOfFolds(code)) {
    const { claimed: _, ...rest } = record
    tx.virtuals.set(virtualId, rest)
  }
  crankLater(tx, virtualId)
}

function note(tx: Tx, channel: ChannelRecord, after: OutLane, code: string): void {
  for (const operation of newlyRefused(channel.out, after)) {
    if (operation.type === 'add') noteRefusedAdd(tx, tx.env.digests.virtualId(operation.terms), code)
    if (operation.type === 'fold') noteRefusedFold(tx, operation.virtualId, code)
  }
}

/** Handles `refuse`: this side goes back to the voucher named, and has the refused ones killed by a countersigned restatement. */
export function takeRefuse(tx: Tx, peer: Address, { channelId, lane, seq, newest, code }: RefuseMessage): void {
  channelOf(tx, channelId, peer)
  // What is drafted meant the state that is refused: it is signed first, to be refused with it.
  sealNow(tx, channelId)
  const channel = channelOf(tx, channelId)
  if (lane !== channel.self) throw new ProtocolError('LANE_INDEX_WRONG', { expected: channel.self, got: lane })
  const out = rollBack(channel.out, seq, newest)
  if (out === channel.out) return
  tx.channels.set(channelId, { ...channel, out })
  tx.env.log.warn('update refused', { peer, channelId, seq, newest, code })
  note(tx, channel, out, code)
  restate(tx, channelId)
}
