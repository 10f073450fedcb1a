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
  /**
   * That many of its base units are worth that many native ones, roughly: no call for this token costs more gas than what it is about is
   * worth. Without a price every call counts as worth its gas.
   */
  readonly price?: { readonly tokens: bigint; readonly native: bigint }
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
 * A policy: the values of a profile, with changes. `default` is for chains whose blocks are final within minutes, `filecoin` for Filecoin,
 * `development` for a chain on this machine, where nobody waits a day for a dispute: `profileOf` names the one of a chain.
 *
 * @example `createPolicy('filecoin', { forward: true, feeBase: 10n ** 12n })`
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

const FILECOIN_CHAINS: ReadonlySet<bigint> = new Set([314n, 314_159n])
const LOCAL_CHAINS: ReadonlySet<bigint> = new Set([1337n, 31_337n, 31_415_926n])

/** The profile made for a chain: for Filecoin's networks, for the chains that tools start on one machine, for all others. */
export function profileOf(chainId: bigint): ProfileName {
  if (FILECOIN_CHAINS.has(chainId)) return 'filecoin'
  return LOCAL_CHAINS.has(chainId) ? 'development' : 'default'
}

/** The smallest capacity of a virtual channel in a token, base units. */
export function capacityMinOf({ tokens, capacityMin }: Policy, token: Address): bigint {
  return tokens.find((taken) => taken.token === token)?.capacityMin ?? capacityMin
}
