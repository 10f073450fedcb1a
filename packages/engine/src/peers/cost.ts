import type { Operation, PeerMessage } from '@sluice/protocol'

/** Of a hash, against checking a signature. */
const HASH = 1 / 50
/** Reading a message, storing what it did and acknowledging it. */
const MESSAGE = 1 / 5

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

/** What a message may have cost besides if nothing came of it: ticks that led to no anchor. */
export function wastedCost(message: PeerMessage): number {
  switch (message.type) {
    case 'tick':
      return HASH * message.index
    case 'voucher':
      return HASH * (message.signed.tick?.index ?? 0)
    case 'claim':
      return HASH * (message.voucher?.tick?.index ?? 0)
    default:
      return MESSAGE
  }
}
