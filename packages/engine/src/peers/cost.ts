import type { Operation, PeerMessage } from '@sluice/protocol'
import type { Policy } from '../policy/policy.ts'

/** Of a hash, against checking a signature. */
const HASH = 1 / 50
/** Reading a message, storing what it did and acknowledging it. */
const MESSAGE = 1 / 5

/** What a frame costs that brings no message known here: an acknowledgement, or something that is ignored. */
export const IGNORED_COST = MESSAGE

function operationCost({ type }: Operation): number {
  // A lock in a tree: some hashes up to its root, and its record.
  return type === 'pay' ? HASH : 10 * HASH
}

/** What a message costs this side, in signatures checked. */
export function costOf(message: PeerMessage): number {
  switch (message.type) {
    case 'update':
      return MESSAGE + 1 + message.update.operations.reduce((sum, one) => sum + operationCost(one), 0)
    case 'voucher':
    case 'claim':
    case 'countersign':
      return MESSAGE + 1
    case 'close':
    case 'closeAnswer':
    case 'withdraw':
    case 'withdrawAnswer':
      return MESSAGE + 2
    case 'propose':
      return MESSAGE + 1
    default:
      return MESSAGE
  }
}

/** What a message may have cost besides if nothing came of it: ticks that led to no anchor. More than may be committed to are not looked at. */
export function wastedCost(message: PeerMessage, { tickCountMax }: Pick<Policy, 'tickCountMax'>): number {
  const ticks = (index = 0) => HASH * Math.min(index, tickCountMax)
  switch (message.type) {
    case 'tick':
      return ticks(message.index)
    case 'voucher':
      return ticks(message.signed.tick?.index)
    case 'claim':
      return ticks(message.voucher?.tick?.index)
    default:
      return MESSAGE
  }
}
