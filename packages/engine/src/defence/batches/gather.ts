import type { ChainCall } from '../../ports/chain.ts'
import type { Goal } from '../goals/goal.ts'
import { type Batch, batchOf, type CallLimits, isWorth, type Material, type Prices } from './batch.ts'
import { partGas } from './call-gas.ts'
import { groupBy } from './group.ts'
import { batchesOf, companyOf, join } from './join.ts'
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
  const batches: Batch[] = []
  const tooDear: Goal[] = []
  const companies = groupBy(goals, (goal) => (gathering.isAlone(goal) ? undefined : companyOf(goal)))
  for (const [company, all] of companies) {
    const gathered = company === undefined ? gatherAlone(all, gathering) : gatherCompany(all, gathering)
    batches.push(...gathered.batches)
    tooDear.push(...gathered.tooDear)
  }
  return { batches, tooDear }
}

/**
 * At first all go together that may be worth what they add to the cheapest kind of batch. What is not worth the batch that it came into tries again
 * among those that are worth any, and then alone.
 */
function gatherCompany(goals: readonly Goal[], gathering: Gathering): Gathered {
  const isPaying = (goal: Goal, kind: ChainCall['type']) => isWorthPart(goal, kind, gathering)
  const first = gatherSome(goals, gathering, (goal) => batchesOf(goal.call).some((kind) => isPaying(goal, kind)))
  const second = gatherSome(first.tooDear, gathering, (goal) =>
    batchesOf(goal.call).every((kind) => isPaying(goal, kind)),
  )
  const alone = gatherAlone(second.tooDear, gathering)
  return { batches: [...first.batches, ...second.batches, ...alone.batches], tooDear: alone.tooDear }
}

/** Joins those that seem to be worth it. Left are those that are not, and those of calls that are not after all. */
function gatherSome(goals: readonly Goal[], gathering: Gathering, isPaying: (goal: Goal) => boolean): Gathered {
  const batches: Batch[] = []
  const tooDear = goals.filter((goal) => !isPaying(goal))
  for (const { goals: some, call } of joinOrNot(goals.filter(isPaying).toSorted(byValue), gathering)) {
    const batch = batchOf(some, call, gathering.prices)
    const isEachGood = some.length === 1 || some.every((goal) => isWorthPart(goal, call.type, gathering))
    if (isEachGood && isWorth(batch.value, batch.cost)) batches.push(batch)
    else tooDear.push(...some)
  }
  return { batches, tooDear }
}

function gatherAlone(goals: readonly Goal[], { prices }: Gathering): Gathered {
  const all = goals.map((goal) => batchOf([goal], goal.call, prices))
  const isGood = ({ value, cost }: Batch) => isWorth(value, cost)
  return { batches: all.filter(isGood), tooDear: all.filter((batch) => !isGood(batch)).flatMap((batch) => batch.goals) }
}

/** Whether a goal is worth what it adds to a batch of a kind. */
function isWorthPart({ call, value }: Goal, kind: ChainCall['type'], { prices }: Gathering): boolean {
  return isWorth(value, prices.costOf(kind, partGas(call, kind)))
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
