import type { ChainCall, Redemption } from '../../ports/chain.ts'
import type { Goal } from '../goals/goal.ts'
import type { CallLimits, Material } from './batch.ts'
import { groupBy } from './group.ts'
import { joinUnlocks } from './join-unlocks.ts'
import { type Joined, pack } from './pack.ts'

type CallOf<T extends ChainCall['type']> = ChainCall & { readonly type: T }
type GoalOf<T extends ChainCall['type']> = Goal & { readonly call: CallOf<T> }

/** Fewer of a group are cheaper among redemptions of all kinds. */
const GROUP_MIN = 5

/** What a goal can go along with: those of one name can be reached by one call. Undefined for what goes alone. */
export function companyOf({ id, call }: Goal): string | undefined {
  switch (call.type) {
    case 'closeVirtual':
    case 'redeem':
      return call.type
    case 'updateLane':
      return `${call.type}/${id}`
    case 'unlock':
      return `${call.type}/${id}/${call.lane}`
    default:
      return undefined
  }
}

/** The kinds of calls by which goals of a call's company are reached, the dearest for each first. */
export function batchesOf({ type }: ChainCall): readonly ChainCall['type'][] {
  switch (type) {
    case 'closeVirtual':
      return ['closeVirtuals']
    case 'redeem':
      return ['redeemBatch', 'redeemGroup']
    case 'updateLane':
      return ['updateLanes']
    case 'unlock':
      return ['unlock', 'unlockSubtree']
    default:
      return [type]
  }
}

/** The calls that reach all goals of one company, as few as the limits allow. What comes first in the order given goes together. */
export function join(goals: readonly Goal[], material: Material, limits: CallLimits): readonly Joined[] {
  switch (goals[0]?.call.type) {
    case 'closeVirtual':
      return pack(goals as readonly GoalOf<'closeVirtual'>[], limits, joinCloses)
    case 'redeem':
      return joinRedemptions(goals as readonly GoalOf<'redeem'>[], limits)
    case 'updateLane':
      return pack(goals as readonly GoalOf<'updateLane'>[], limits, joinShows)
    case 'unlock':
      return joinUnlocks(goals as readonly GoalOf<'unlock'>[], material, limits)
    default:
      return goals.map((goal) => ({ goals: [goal], call: goal.call }))
  }
}

/** The consent to all of them is signed when they go out: as long as that, one of theirs stands in its place. */
function joinCloses(goals: readonly GoalOf<'closeVirtual'>[]): ChainCall {
  const [first] = goals
  if (first === undefined) throw new RangeError('a batch has goals')
  return { type: 'closeVirtuals', items: goals.map(({ call }) => call.terms), request: first.call.request }
}

function joinShows(goals: readonly GoalOf<'updateLane'>[]): ChainCall {
  const [first] = goals
  if (first === undefined) throw new RangeError('a batch has goals')
  return { type: 'updateLanes', terms: first.call.terms, vouchers: goals.map(({ call }) => call.voucher) }
}

function groupOf({ terms, signed }: Redemption): string | undefined {
  if (signed.voucher.tickCount !== 0) return undefined
  return [...terms.path.slice(1), terms.token, terms.disputeWindow].join()
}

const redemptionOf = ({ call: { terms, signed } }: GoalOf<'redeem'>): Redemption => ({ terms, signed })

function joinRedemptions(goals: readonly GoalOf<'redeem'>[], limits: CallLimits): readonly Joined[] {
  const groups = groupBy(goals, ({ call }) => groupOf(call))
  const isGroup = (goal: GoalOf<'redeem'>) => {
    const key = groupOf(goal.call)
    return key !== undefined && (groups.get(key)?.length ?? 0) >= GROUP_MIN
  }
  const grouped = [...groups].filter(([key, { length }]) => key !== undefined && length >= GROUP_MIN)
  return [
    ...grouped.flatMap(([, some]) =>
      pack<GoalOf<'redeem'>>(some, limits, (all) => ({ type: 'redeemGroup', items: all.map(redemptionOf) })),
    ),
    ...pack<GoalOf<'redeem'>>(
      goals.filter((goal) => !isGroup(goal)),
      limits,
      (all) => ({ type: 'redeemBatch', items: all.map(redemptionOf) }),
    ),
  ]
}
