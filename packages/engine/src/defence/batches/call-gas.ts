import type { ChainCall, Redemption } from '../../ports/chain.ts'

// Gas by Ethereum's schedule, rounded up from what `./run gas` shows and what calls on a local chain take. It only has to tell what is worth a
// transaction and how much fits into one: what is paid follows from the chain's own estimate.

/** What a transaction of many parts takes before its first part. */
const BATCH = 30_000
const START = 29_000
const START_BY_LOCK = 31_500
/** A redemption while the window runs; it takes some 17,000 more where it also begins the window. */
const REDEEM = 17_500
const REDEEM_OF_GROUP = 14_500
const SHOW = 38_000
const UNLOCK = 17_500
const UNLOCK_OF_SUBTREE = 6_800
/** A slot that is only hashed. */
const SLOT = 1_200
/** Both payouts at the end of a call for locks. */
const PAYOUTS = 40_000
const TICK = 50

const ticks = ({ signed }: Redemption): number => TICK * (signed.tick?.index ?? 0)

/** What one more part of this kind adds to a batch: to one of the dearest kind that it goes in, or to one of kind `batch`. */
export function partGas(call: ChainCall, batch?: ChainCall['type']): number {
  switch (call.type) {
    case 'closeVirtual':
      return START
    case 'redeem':
      return batch === 'redeemGroup' ? REDEEM_OF_GROUP : REDEEM + ticks(call)
    case 'updateLane':
      return SHOW
    case 'unlock':
      return (batch === 'unlockSubtree' ? UNLOCK_OF_SUBTREE : UNLOCK) * call.locks.length
    default:
      return callGas(call)
  }
}

/** What a call takes. */
export function callGas(call: ChainCall): number {
  switch (call.type) {
    case 'deposit':
      return 75_000
    case 'withdraw':
    case 'close':
    case 'settle':
      return 75_000
    case 'startClose':
      return call.voucher === undefined ? 56_000 : 95_000
    case 'updateLane':
      return 62_000
    case 'updateLanes':
      return BATCH + SHOW * call.vouchers.length
    case 'unlock':
      return BATCH + PAYOUTS + UNLOCK * call.locks.length
    case 'unlockSubtree': {
      const taken = call.subtree.slots.filter(({ amount }) => amount !== 0n).length
      return BATCH + PAYOUTS + UNLOCK_OF_SUBTREE * taken + SLOT * (call.subtree.slots.length - taken)
    }
    case 'closeVirtual':
      return 56_000
    case 'closeVirtuals':
      return BATCH + START * call.items.length
    case 'closeVirtualsByLocks':
      return BATCH + START_BY_LOCK * call.items.length + SLOT * call.subtree.slots.length
    case 'redeem':
      return 48_000 + ticks(call)
    case 'redeemBatch':
      return call.items.reduce((sum, item) => sum + REDEEM + ticks(item), BATCH)
    case 'redeemGroup':
      return BATCH + REDEEM_OF_GROUP * call.items.length
    case 'pushCredit':
      return 60_000
  }
}
