import { type ChannelTerms, sluiceAbi, type VirtualTerms } from '@sluice/contracts'
import { type Address, type Hex, zeroAddress } from 'viem'
import type { Client } from './setup.ts'

/** What everything signed for this contract is bound to. */
export const domainSeparator = (client: Client, sluice: Address) =>
  client.readContract({ address: sluice, abi: sluiceAbi, functionName: 'domainSeparator' })

/** A channel's id. `channelIdOf` of @sluice/contracts computes it without asking. */
export const channelId = (client: Client, sluice: Address, terms: ChannelTerms) =>
  client.readContract({ address: sluice, abi: sluiceAbi, functionName: 'channelId', args: [terms] })

/** A virtual channel's id. */
export const virtualId = (client: Client, sluice: Address, terms: VirtualTerms) =>
  client.readContract({ address: sluice, abi: sluiceAbi, functionName: 'virtualId', args: [terms] })

/** Seconds until a close can be settled; undefined where none runs. */
export async function channelState(client: Client, sluice: Address, id: Hex) {
  const read = { address: sluice, abi: sluiceAbi, functionName: 'channelState', args: [id] } as const
  const [{ closesAt }, { timestamp }] = await Promise.all([client.readContract(read), client.getBlock()])
  return closesAt === 0n ? undefined : closesAt - timestamp
}

/** What was redeemed of a virtual channel, and from when on that is final. */
export async function virtualState(client: Client, sluice: Address, id: Hex) {
  const read = { address: sluice, abi: sluiceAbi, functionName: 'virtualState', args: [id] } as const
  const [amount, finalAt] = await client.readContract(read)
  return { amount, finalAt }
}

/** What locks for a virtual channel pay, once that is final. */
export async function payout(client: Client, sluice: Address, id: Hex) {
  const read = { address: sluice, abi: sluiceAbi, functionName: 'payout', args: [id, 0] } as const
  const [isFinal, amount] = await client.readContract(read)
  return isFinal ? amount : undefined
}

/** Whether the lock in a slot of lane 0 was paid out. */
export const isUnlocked = (client: Client, sluice: Address, id: Hex, slot: number) =>
  client.readContract({ address: sluice, abi: sluiceAbi, functionName: 'isUnlocked', args: [id, 0, slot] })

/** What waits for an account in the native token. */
export const creditOf = (client: Client, sluice: Address, account: Address) =>
  client.readContract({ address: sluice, abi: sluiceAbi, functionName: 'creditOf', args: [account, zeroAddress] })

/** The nonce that an account's next CreditRedirect carries. */
export const redirectNonce = (client: Client, sluice: Address, account: Address) =>
  client.readContract({ address: sluice, abi: sluiceAbi, functionName: 'redirectNonce', args: [account] })

/** The domain's parts, for a wallet that shows them. */
export async function eip712Domain(client: Client, sluice: Address) {
  const read = { address: sluice, abi: sluiceAbi, functionName: 'eip712Domain' } as const
  const [, name, version, chainId, verifyingContract] = await client.readContract(read)
  return { name, version, chainId, verifyingContract }
}
