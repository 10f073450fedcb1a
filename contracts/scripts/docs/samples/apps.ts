import {
  type AppTerms,
  appChallengeHash,
  appChannelId,
  appResolverAbi,
  appStateHash,
  type Stake,
  type VariablePart,
} from '@sluice/contracts/resolvers'
import { type Address, type Hex, type LocalAccount, parseSignature } from 'viem'
import { type Client, mined } from './setup.ts'

/** A state with the signatures of players. */
export interface SignedState {
  readonly variablePart: VariablePart
  readonly sigs: readonly { readonly v: number; readonly r: Hex; readonly s: Hex }[]
}

/** A player's signature over a hash, as Nitro takes it. */
export async function playerSignature(player: LocalAccount, hash: Hex) {
  const { r, s, yParity } = parseSignature(await player.signMessage({ message: { raw: hash } }))
  return { v: 27 + yParity, r, s }
}

/** Puts up the newest state, with the states that the app wants to see before it: the other answers, or this one counts. */
export async function challenge(
  client: Client,
  resolver: Address,
  terms: AppTerms,
  player: LocalAccount,
  proof: readonly SignedState[],
  newest: SignedState,
) {
  const hash = appChallengeHash(appStateHash(terms.fixedPart, newest.variablePart))
  const call = { address: resolver, abi: appResolverAbi, functionName: 'challenge' } as const
  const args = [terms, proof, newest, await playerSignature(player, hash)] as const
  return mined(client, await client.writeContract({ ...call, args }))
}

/** Shows a newer state: what was put up before it no longer counts. */
export async function checkpoint(
  client: Client,
  resolver: Address,
  terms: AppTerms,
  proof: readonly SignedState[],
  newest: SignedState,
) {
  const call = { address: resolver, abi: appResolverAbi, functionName: 'checkpoint' } as const
  return mined(client, await client.writeContract({ ...call, args: [terms, proof, newest] }))
}

/** Ends the app at once by a state that is called final and that both signed. */
export async function conclude(client: Client, resolver: Address, terms: AppTerms, last: SignedState) {
  const call = { address: resolver, abi: appResolverAbi, functionName: 'conclude', args: [terms, last] } as const
  return mined(client, await client.writeContract(call))
}

/** What a lock on one side's loss pays, once that is final. */
export async function payout(client: Client, resolver: Address, terms: AppTerms, side: 0 | 1) {
  const args = [appChannelId(terms), side] as const
  const read = { address: resolver, abi: appResolverAbi, functionName: 'payout', args } as const
  const [isFinal, amount] = await client.readContract(read)
  return isFinal ? amount : undefined
}

/** Where an app channel stands. */
export async function stateOf(client: Client, resolver: Address, terms: AppTerms) {
  const args = [appChannelId(terms)] as const
  const read = { address: resolver, abi: appResolverAbi, functionName: 'stateOf', args } as const
  const [turnNum, finalAt, loser, amount] = await client.readContract(read)
  return { turnNum, finalAt, loser, amount }
}

/** The id under which locks ask about an app channel; `appChannelId` computes it without asking. */
export const idOf = (client: Client, resolver: Address, terms: AppTerms) =>
  client.readContract({ address: resolver, abi: appResolverAbi, functionName: 'idOf', args: [terms] })

/** The nonce that an app channel's terms must carry; `appChannelNonce` computes it without asking. */
export function channelNonce(
  client: Client,
  resolver: Address,
  asset: Address,
  [stake0, stake1]: readonly [Stake, Stake],
  deadline: number,
) {
  const args = [asset, stake0, stake1, deadline] as const
  return client.readContract({ address: resolver, abi: appResolverAbi, functionName: 'channelNonce', args })
}
