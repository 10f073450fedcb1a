// What players of an app channel compute off chain: the same bytes as AppResolver and Nitro's own contracts.

import { type Address, encodeAbiParameters, type Hex, keccak256, parseAbiParameters } from 'viem'

/** What one side put in. */
export interface Stake {
  /** Names the side in the app's outcomes; Nitro's convention is the address, padded to 32 bytes. */
  readonly destination: Hex
  /** Base units; the most that the side can lose. */
  readonly amount: bigint
}

/** Nitro's FixedPart: what no move changes. */
export interface FixedPart {
  /** The two players' signing addresses, in the order of their turns. */
  readonly participants: readonly [Address, Address]
  /** What `appChannelNonce` gives. */
  readonly channelNonce: bigint
  readonly appDefinition: Address
  /** Seconds in which a challenge can be answered. */
  readonly challengeDuration: number
}

/** What makes an app channel. */
export interface AppTerms {
  readonly fixedPart: FixedPart
  /** Zero for the native token. */
  readonly asset: Address
  readonly stake0: Stake
  readonly stake1: Stake
  /** Block timestamp in seconds; the last at which the chain takes up the app. */
  readonly deadline: number
}

/** Nitro's VariablePart: what a move changes. */
export interface VariablePart {
  readonly outcome: readonly SingleAssetExit[]
  readonly appData: Hex
  readonly turnNum: number
  readonly isFinal: boolean
}

/** How one asset is split. */
export interface SingleAssetExit {
  readonly asset: Address
  readonly assetMetadata: { readonly assetType: number; readonly metadata: Hex }
  readonly allocations: readonly Allocation[]
}

/** One payee of an outcome. */
export interface Allocation {
  readonly destination: Hex
  readonly amount: bigint
  readonly allocationType: number
  readonly metadata: Hex
}

const structs = [
  'struct Allocation { bytes32 destination; uint256 amount; uint8 allocationType; bytes metadata; }',
  'struct AssetMetadata { uint8 assetType; bytes metadata; }',
  'struct SingleAssetExit { address asset; AssetMetadata assetMetadata; Allocation[] allocations; }',
  'struct Stake { bytes32 destination; uint128 amount; }',
  'struct FixedPart { address[] participants; uint64 channelNonce; address appDefinition; uint48 challengeDuration; }',
  'struct AppTerms { FixedPart fixedPart; address asset; Stake stake0; Stake stake1; uint40 deadline; }',
] as const

const nonceParts = parseAbiParameters([
  'uint256 chainId, address resolver, address asset, Stake stake0, Stake stake1, uint40 deadline',
  ...structs,
])
const termsParts = parseAbiParameters(['AppTerms terms', ...structs])
const channelParts = parseAbiParameters('address[], uint64, address, uint48')
const stateParts = parseAbiParameters(['bytes32, bytes, SingleAssetExit[], uint48, bool', ...structs])
const challengeParts = parseAbiParameters('bytes32, string')

/**
 * The nonce that binds an app channel to its chain, its resolver and what is at stake: 64 bits of a hash.
 *
 * @example
 * const channelNonce = appChannelNonce({ chainId: 314n, resolver, asset, stake0, stake1, deadline })
 */
export function appChannelNonce(
  terms: Omit<AppTerms, 'fixedPart'> & { readonly chainId: bigint; readonly resolver: Address },
): bigint {
  const { chainId, resolver, asset, stake0, stake1, deadline } = terms
  const hash = keccak256(encodeAbiParameters(nonceParts, [chainId, resolver, asset, stake0, stake1, deadline]))
  return BigInt(hash) & 0xffff_ffff_ffff_ffffn
}

/** The id under which locks ask the resolver: 40 bits of deadline, then 216 bits of a hash of the terms. */
export function appChannelId(terms: AppTerms): Hex {
  const hash = keccak256(encodeAbiParameters(termsParts, [terms]))
  return `0x${terms.deadline.toString(16).padStart(10, '0')}${hash.slice(12)}`
}

/** Nitro's own id of the channel, over which players sign. A player never agrees to one that it has seen before. */
export function nitroChannelId({ participants, channelNonce, appDefinition, challengeDuration }: FixedPart): Hex {
  return keccak256(encodeAbiParameters(channelParts, [participants, channelNonce, appDefinition, challengeDuration]))
}

/** What a player signs of a state, as an Ethereum signed message. */
export function appStateHash(fixedPart: FixedPart, { appData, outcome, turnNum, isFinal }: VariablePart): Hex {
  const id = nitroChannelId(fixedPart)
  return keccak256(encodeAbiParameters(stateParts, [id, appData, outcome, turnNum, isFinal]))
}

/** What a challenger signs of the state that it puts up, as an Ethereum signed message. */
export function appChallengeHash(stateHash: Hex): Hex {
  return keccak256(encodeAbiParameters(challengeParts, [stateHash, 'forceMove']))
}
