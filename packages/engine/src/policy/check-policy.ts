import { EngineError } from '../errors.ts'
import type { LimitName } from './limits.ts'
import type { Policy } from './policy.ts'

interface Demand {
  readonly less: LimitName
  readonly more: LimitName
  /** Whether the two may be equal. */
  readonly orEqual: boolean
  readonly because: string
}

const below = (less: LimitName, more: LimitName, because: string): Demand => ({ less, more, orEqual: false, because })
const upTo = (less: LimitName, more: LimitName, because: string): Demand => ({ less, more, orEqual: true, because })

const demands: readonly Demand[] = [
  below('chainLag', 'channelWindowMin', 'a close that is seen that late could not be answered'),
  below('chainLag', 'virtualWindowMin', 'a window that is seen that late could not be answered'),
  upTo('chainLag', 'hopMargin', 'a hub needs that time to act on chain between its two hops'),
  upTo('channelWindowMin', 'channelWindowMax', 'no window would be taken'),
  upTo('virtualWindowMin', 'virtualWindowMax', 'no window would be taken'),
  upTo('lifetimeMin', 'lifetimeMax', 'no lifetime would be taken'),
  below('deadlineMin', 'deadlineMax', 'nothing could be signed together'),
]

/**
 * Refuses limits that cannot hold together: money would be lost by them, or nothing would ever be taken.
 *
 * @throws EngineError `POLICY_CONTRADICTORY`, with the reason.
 */
export function checkPolicy(policy: Policy): void {
  for (const { less, more, orEqual, because } of demands) {
    const [low, high] = [policy[less], policy[more]]
    if (orEqual ? low <= high : low < high) continue
    const reason = `${less} is ${low} and has to be ${orEqual ? 'at most' : 'less than'} ${more}, ${high}: ${because}`
    throw new EngineError('POLICY_CONTRADICTORY', { reason })
  }
}
