import type { Goal } from '../goals/goal.ts'
import { type Batch, batchOf, type CallLimits, isWorth, type Material, type Prices } from './batch.ts'
import { partGas } from './call-gas.ts'
import { groupBy } from './group.ts'
import { companyOf, join } from './join.ts'
import type { Joined } from './pack.ts'

/** What comes of goals that wait: what is worth a transaction now, and what is not. */
export interface Gathered {
  readonly batches: readonly Batch[]
  /** What costs more than it is worth, also in company. */
  readonly tooDear: readonly Goal[]
}

/** How goals are gathered into calls. */
export interface Gathering {
  readonly material: Material
  readonly limits: CallLimits
  readonly prices: Prices
  /** Whether a goal is to be reached by a call of its own. */
  isAlone(goal: Goal): boolean
  /** Told what went wrong where goals could not be joined. Each of them goes alone then. */
  notJoined?(goals: readonly Goal[], error: unknown): void
}

/**
 * Gathers goals into calls that are worth what they cost. In a batch each goal has to be worth what it adds, and all of them together what the
 * call costs.
 */
export function gather(goals: readonly Goal[], gathering: Gathering): Gathered {
  const { prices, isAlone } = gathering
  const batches: Batch[] = []
  const tooDear: Goal[] = []
  const take = (batch: Batch) => {
    if (isWorth(batch.value, batch.cost)) batches.push(batch)
    else tooDear.push(...batch.goals)
  }
  const companies = groupBy(goals, (goal) => (isAlone(goal) ? undefined : companyOf(goal)))
  for (const goal of companies.get(undefined) ?? []) take(batchOf([goal], goal.call, prices))
  companies.delete(undefined)
  for (const [, all] of companies) {
    const paying: Goal[] = []
    for (const goal of all) {
      const { call, value } = goal
      if (isWorth(value, prices.costOf(call.type, partGas(call)))) paying.push(goal)
      else tooDear.push(goal)
    }
    paying.sort(byValue)
    for (const { goals: some, call } of joinOrNot(paying, gathering)) take(batchOf(some, call, prices))
  }
  return { batches, tooDear }
}

/** What is wrong with some goals keeps no others from going. */
function joinOrNot(goals: readonly Goal[], { material, limits, notJoined = () => {} }: Gathering): readonly Joined[] {
  try {
    return join(goals, material, limits)
  } catch (error) {
    notJoined(goals, error)
    return goals.map((goal) => ({ goals: [goal], call: goal.call }))
  }
}

/** The most valuable first; before them what no price is known of. */
function byValue(one: Goal, other: Goal): number {
  if (one.value === other.value) return 0
  if (one.value === undefined) return -1
  if (other.value === undefined) return 1
  return one.value > other.value ? -1 : 1
}
