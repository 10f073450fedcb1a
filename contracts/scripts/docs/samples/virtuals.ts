import { type ChannelTerms, groupRedemptions, type Redemption, sluiceAbi, type VirtualTerms } from '@sluice/contracts'
import { type Address, type Hex, hashTypedData, type LocalAccount } from 'viem'
import { type Client, domainOf, mined, signedTypes } from './setup.ts'

const virtualTypes = {
  VirtualTerms: [
    { name: 'path', type: 'address[]' },
    { name: 'token', type: 'address' },
    { name: 'capacity', type: 'uint128' },
    { name: 'disputeWindow', type: 'uint32' },
    { name: 'nonce', type: 'uint64' },
  ],
} as const

/** A virtual channel's id, as `virtualId` of the contract gives it. */
export function virtualIdOf(client: Client, sluice: Address, terms: VirtualTerms): Hex {
  const domain = domainOf(client, sluice)
  return hashTypedData({ domain, types: virtualTypes, primaryType: 'VirtualTerms', message: terms })
}

/** A member of the path starts the window. */
export async function closeVirtual(client: Client, sluice: Address, terms: VirtualTerms) {
  const call = { address: sluice, abi: sluiceAbi, functionName: 'closeVirtual', args: [terms] } as const
  return mined(client, await client.writeContract(call))
}

/** Starts the window for a member that signed the request, good for the virtual channel's life. */
export async function closeVirtualFor(client: Client, sluice: Address, terms: VirtualTerms, member: LocalAccount) {
  const domain = domainOf(client, sluice)
  const message = { ids: [virtualIdOf(client, sluice, terms)], deadline: 4_000_000_000n }
  const toSign = { domain, types: signedTypes, primaryType: 'CloseRequest', message } as const
  const request = { by: member.address, deadline: message.deadline, signature: await member.signTypedData(toSign) }
  const call = { address: sluice, abi: sluiceAbi, functionName: 'closeVirtualFor', args: [terms, request] } as const
  return mined(client, await client.writeContract(call))
}

/** A member of each path starts many windows. */
export async function closeVirtuals(client: Client, sluice: Address, items: readonly VirtualTerms[]) {
  const call = { address: sluice, abi: sluiceAbi, functionName: 'closeVirtuals', args: [items] } as const
  return mined(client, await client.writeContract(call))
}

/** Starts many windows for a member of all paths, by one signature over their ids in this order. */
export async function closeVirtualsFor(
  client: Client,
  sluice: Address,
  items: readonly VirtualTerms[],
  member: LocalAccount,
) {
  const domain = domainOf(client, sluice)
  const ids = items.map((terms) => virtualIdOf(client, sluice, terms))
  const message = { ids, deadline: 4_000_000_000n }
  const toSign = { domain, types: signedTypes, primaryType: 'CloseRequest', message } as const
  const request = { by: member.address, deadline: message.deadline, signature: await member.signTypedData(toSign) }
  const call = { address: sluice, abi: sluiceAbi, functionName: 'closeVirtualsFor', args: [items, request] } as const
  return mined(client, await client.writeContract(call))
}

/** Starts the windows of all virtual channels with a lock in lane 0 of a settled channel. They stand in slots 0, 1, 2 and so on. */
export async function closeVirtualsByLocks(
  client: Client,
  sluice: Address,
  channel: ChannelTerms,
  items: readonly VirtualTerms[],
) {
  const slots = items.map((terms) => ({ amount: terms.capacity, idOrLeaf: virtualIdOf(client, sluice, terms) }))
  const locked = slots.reduce((sum, { amount }) => sum + amount, 0n)
  const hash = await client.writeContract({
    address: sluice,
    abi: sluiceAbi,
    functionName: 'closeVirtualsByLocks',
    args: [items, channel, 0, locked, { first: 0, slots, proof: [] }],
  })
  return mined(client, hash)
}

/** Redeems a voucher, with a tick where it has one. A member of the path starts the window by it. */
export async function redeem(client: Client, sluice: Address, { terms, voucher }: Redemption) {
  const call = { address: sluice, abi: sluiceAbi, functionName: 'redeem', args: [terms, voucher] } as const
  return mined(client, await client.writeContract(call))
}

/** Redeems vouchers of any virtual channels, also such with ticks. */
export async function redeemBatch(client: Client, sluice: Address, items: readonly Redemption[]) {
  const call = { address: sluice, abi: sluiceAbi, functionName: 'redeemBatch', args: [items] } as const
  return mined(client, await client.writeContract(call))
}

/** Redeems vouchers without ticks by one call for each path behind the payers, which costs least. */
export async function redeemGroup(client: Client, sluice: Address, redemptions: readonly Redemption[]) {
  const receipts = []
  for (const { group, items } of groupRedemptions(redemptions)) {
    const call = { address: sluice, abi: sluiceAbi, functionName: 'redeemGroup', args: [group, items] } as const
    receipts.push(await mined(client, await client.writeContract(call)))
  }
  return receipts
}
