import type { ChainCall } from '../../ports/chain.ts'
import type { Goal } from '../goals/goal.ts'
import { type CallLimits, fits } from './batch.ts'

/** Goals, and the one call that reaches them all. */
export interface Joined<G extends Goal = Goal> {
  readonly goals: readonly G[]
  readonly call: ChainCall
}

/**
 * Packs goals in their order into as few calls as the limits allow. One that is alone in its call is reached by its own.
 *
 * @param joined The call that reaches some of them. It grows with each.
 */
export function pack<G extends Goal>(
  goals: readonly G[],
  limits: CallLimits,
  joined: (goals: readonly G[]) => ChainCall,
): readonly Joined<G>[] {
  const callOf = (some: readonly G[]): ChainCall => {
    const [only] = some
    return some.length === 1 && only !== undefined ? only.call : joined(some)
  }
  const packed: Joined<G>[] = []
  for (let from = 0; from < goals.length; ) {
    const count = mostThatFit(goals.length - from, (n) => fits(callOf(goals.slice(from, from + n)), limits))
    const some = goals.slice(from, from + count)
    packed.push({ goals: some, call: callOf(some) })
    from += count
  }
  return packed
}

/** The largest number up to `most` that fits, if all smaller ones do; at least 1. */
function mostThatFit(most: number, isFitting: (count: number) => boolean): number {
  let [good, bad] = [1, most + 1]
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2)
    if (isFitting(middle)) good = middle
    else bad = middle
  }
  return good
}
