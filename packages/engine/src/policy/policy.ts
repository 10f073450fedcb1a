import { type LimitName, limits, type ProfileName } from './limits.ts'

type ValueOf<T> = T extends bigint ? bigint : number

/** The values of all limits. */
export type LimitValues = { readonly [Name in LimitName]: ValueOf<(typeof limits)[Name]['default']> }

/** What a node agrees to. */
export interface Policy extends LimitValues {
  /** Whether peers may propose channels to this side. */
  readonly acceptChannels: boolean
  /** Whether this side forwards virtual channels: whether it is a hub. */
  readonly forward: boolean
}

/** What is changed of a profile. */
export type PolicyChanges = Partial<Policy>

/**
 * A policy: the values of a profile, with changes.
 *
 * @example `createPolicy('development', { forward: true, feeBase: 10n })`
 */
export function createPolicy(profile: ProfileName = 'default', changes: PolicyChanges = {}): Policy {
  const values = Object.fromEntries(Object.entries(limits).map(([name, limit]) => [name, limit[profile]]))
  return { ...(values as LimitValues), acceptChannels: true, forward: false, ...changes }
}
