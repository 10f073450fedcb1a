import { type Address, NATIVE_TOKEN } from '@sluice/protocol'
import { type LimitName, limits, type ProfileName } from './limits.ts'

type ValueOf<T> = T extends bigint ? bigint : number

/** The values of all limits. */
export type LimitValues = { readonly [Name in LimitName]: ValueOf<(typeof limits)[Name]['default']> }

/** A token in which peers may propose channels to this side. */
export interface TakenToken {
  /** The zero address for the native one. */
  readonly token: Address
  /** Smallest capacity of a virtual channel in it, base units. Default: the limit `capacityMin`, which is made for 18 decimals. */
  readonly capacityMin?: bigint
}

/** What a node agrees to. */
export interface Policy extends LimitValues {
  /** Whether peers may propose channels to this side. */
  readonly acceptChannels: boolean
  /**
   * In which tokens. Defending a channel and closing its virtual channels costs gas, whatever its token is worth. What this side proposes
   * itself is not held against it.
   */
  readonly tokens: readonly TakenToken[]
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
  return {
    ...(values as LimitValues),
    acceptChannels: true,
    tokens: [{ token: NATIVE_TOKEN }],
    forward: false,
    ...changes,
  }
}

/** The smallest capacity of a virtual channel in a token, base units. */
export function capacityMinOf({ tokens, capacityMin }: Policy, token: Address): bigint {
  return tokens.find((taken) => taken.token === token)?.capacityMin ?? capacityMin
}
