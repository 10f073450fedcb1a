import type { Address, ChannelRecord, Id, LaneState, Operation } from '@sluice/protocol'
import type { Tx } from '../tx.ts'

/** An operation that a lock stands behind. */
export type LockOperation = Exclude<Operation, { type: 'pay' }>

/** What one received update does to locks, collected until the whole update is accepted. */
export interface ReceivedLocks {
  /**
   * Takes the next operation of the update if it breaks no rule. Nothing is written yet.
   *
   * @param lane The lane before the operation.
   * @throws ProtocolError for the first rule that it breaks.
   */
  take(operation: LockOperation, lane: LaneState): void
  /** In which slot of the lane a lock probably stands. */
  readonly slotOf: (lockId: Id) => number | undefined
  /** The update is accepted: writes what it did. */
  write(): void
}

/** Who takes the locks that peers add. */
export interface LockReceiver {
  /** An update of the channel's peer was received: its operations are given to what this returns, in order. */
  receive(tx: Tx, channel: ChannelRecord): ReceivedLocks
  /** This side refused an update of the peer with this operation: the refused voucher can still be shown. */
  refused(tx: Tx, peer: Address, operation: LockOperation): void
}

/** Who keeps the locks that lanes commit to. Lanes know that there are locks and what they cost, and nothing of what decides them. */
export interface LockKeeper extends LockReceiver {
  /** The peer refused an update of this side with this operation, for ever. */
  refusedByPeer(tx: Tx, operation: LockOperation, code: string): void
  /** Something of an operation's lock changed in a lane: what is due is done at the end of the batch. */
  changed(tx: Tx, operation: LockOperation): void
  /** The channel's own lane takes operations again: what waited for it goes on. */
  laneFreed(tx: Tx, channelId: Id): void
}
