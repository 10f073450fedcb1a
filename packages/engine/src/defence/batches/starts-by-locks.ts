import {
  type ChannelTerms,
  type Id,
  type LaneIndex,
  type LaneLock,
  type LaneState,
  laneLockAt,
  lockSubtree,
  type VirtualTerms,
} from '@sluice/protocol'
import type { ChainCall, Subtree } from '../../ports/chain.ts'
import { type CallLimits, fits } from './batch.ts'
import { callGas } from './call-gas.ts'

/** A lane of a settled channel as the chain was shown it. */
export interface SettledLane {
  readonly channel: ChannelTerms
  readonly lane: LaneIndex
  readonly state: LaneState
}

/** A virtual channel with a lock in the lane. */
export interface LockedVirtual {
  readonly slot: number
  readonly terms: VirtualTerms
}

type Call = ChainCall & { readonly type: 'closeVirtualsByLocks' }

/**
 * The calls that begin the windows of virtual channels by their locks in a settled lane, for which nobody's consent is needed: whichever parts of
 * the tree take least gas.
 *
 * @param virtuals In ascending order of their slots.
 */
export function startsByLocks(
  of: SettledLane,
  virtuals: readonly LockedVirtual[],
  limits: CallLimits,
): readonly Call[] {
  const gasOf = (calls: readonly Call[]) => calls.reduce((sum, call) => sum + callGas(call), 0)
  const within = (first: number, depth: number, some: readonly LockedVirtual[]): readonly Call[] => {
    if (some.length === 0) return []
    if (depth === 0) return [callFor(of, first, depth, some)]
    const middle = first + 2 ** (depth - 1)
    const [low, high] = [some.filter(({ slot }) => slot < middle), some.filter(({ slot }) => slot >= middle)]
    const halves = [...within(first, depth - 1, low), ...within(middle, depth - 1, high)]
    if (low.length === 0 || high.length === 0) return halves
    const whole = callFor(of, first, depth, some)
    return fits(whole, limits) && callGas(whole) <= gasOf(halves) ? [whole] : halves
  }
  return within(0, of.state.locks.depth, virtuals)
}

function callFor(
  { channel, lane, state }: SettledLane,
  first: number,
  depth: number,
  some: readonly LockedVirtual[],
): Call {
  const { leaves, proof } = lockSubtree(state.locks, first, depth)
  const wanted = new Set(some.map(({ slot }) => slot))
  const slots = leaves.map((leaf, i): Subtree['slots'][number] => {
    const lock: LaneLock | undefined = wanted.has(first + i) ? laneLockAt(state, first + i) : undefined
    return lock === undefined
      ? { amount: 0n, idOrLeaf: leaf }
      : { amount: lock.amount, idOrLeaf: lock.lockId satisfies Id }
  })
  const { locked } = state
  return {
    type: 'closeVirtualsByLocks',
    items: some.map(({ terms }) => terms),
    channel,
    lane,
    locked,
    subtree: { first, slots, proof },
  }
}
