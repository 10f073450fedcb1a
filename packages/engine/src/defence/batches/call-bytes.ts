import type { ChannelTerms, VirtualTerms } from '@sluice/protocol'
import type { ChainCall, LockProof, Redemption, SignedCloseRequest, Subtree } from '../../ports/chain.ts'

// Lengths in words of 32 bytes, as the ABI has them. What has no fixed length stands after the rest, and is named there by an offset.

const CHANNEL_TERMS = 7
const SIGNED_LANE = 9
const SIGNED_VOUCHER = 8
/** A member of a group: payer and nonce, capacity and amount, and a signature. */
const GROUP_ITEM = 4
const OFFSET = 1
const LENGTH = 1

const virtualTerms = ({ path }: VirtualTerms): number => 5 + LENGTH + path.length
const request = ({ signature }: SignedCloseRequest): number => 3 + LENGTH + Math.ceil((signature.length - 2) / 64)
const lock = ({ proof }: LockProof): number => 6 + LENGTH + proof.length
const redemption = ({ terms }: Redemption): number => OFFSET + SIGNED_VOUCHER + virtualTerms(terms)
const part = ({ slots, proof }: Subtree): number => 3 + LENGTH + 2 * slots.length + LENGTH + proof.length

function list<T>(items: readonly T[], wordsOf: (item: T) => number): number {
  return items.reduce((sum, item) => sum + OFFSET + wordsOf(item), LENGTH)
}

function group(items: readonly Redemption[]): number {
  const path = items[0]?.terms.path.length ?? 1
  return 2 * OFFSET + 3 + LENGTH + (path - 1) + LENGTH + GROUP_ITEM * items.length
}

function words(call: ChainCall): number {
  switch (call.type) {
    case 'deposit':
      return CHANNEL_TERMS + (isNative(call.terms) ? 1 : 2)
    case 'withdraw':
    case 'close':
      return CHANNEL_TERMS + 8
    case 'startClose':
      return CHANNEL_TERMS + SIGNED_LANE + (call.request === undefined ? 0 : OFFSET + request(call.request))
    case 'updateLane':
      return CHANNEL_TERMS + SIGNED_LANE
    case 'updateLanes':
      return CHANNEL_TERMS + OFFSET + LENGTH + SIGNED_LANE * call.vouchers.length
    case 'settle':
      return CHANNEL_TERMS + 5
    case 'unlock': {
      const [only] = call.locks
      const items = call.locks.length === 1 && only !== undefined ? lock(only) : list(call.locks, lock)
      return CHANNEL_TERMS + 4 + items
    }
    case 'unlockSubtree':
      return CHANNEL_TERMS + 4 + part(call.subtree)
    case 'closeVirtual':
      return 2 * OFFSET + virtualTerms(call.terms) + request(call.request)
    case 'closeVirtuals':
      return 2 * OFFSET + list(call.items, virtualTerms) + request(call.request)
    case 'closeVirtualsByLocks':
      return 2 * OFFSET + CHANNEL_TERMS + 2 + list(call.items, virtualTerms) + part(call.subtree)
    case 'redeem':
      return redemption(call)
    case 'redeemBatch':
      return OFFSET + list(call.items, redemption)
    case 'redeemGroup':
      return group(call.items)
    case 'pushCredit':
      return 2
  }
}

const isNative = ({ token }: ChannelTerms): boolean => BigInt(token) === 0n

/** How many bytes of data a call takes at most: of a sender that needs the request that the call carries. */
export function callBytes(call: ChainCall): number {
  return 4 + 32 * words(call)
}
