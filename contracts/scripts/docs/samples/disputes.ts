import { type ChannelTerms, channelIdOf, sluiceAbi } from '@sluice/contracts'
import type { Address, ContractFunctionArgs, LocalAccount } from 'viem'
import { type Client, domainOf, mined, noSignature, noVoucher, PUSH, signedTypes } from './setup.ts'

/** A lane voucher with its signatures, as the other side sent it. */
export type SignedLane = ContractFunctionArgs<typeof sluiceAbi, 'nonpayable', 'updateLane'>[1]

/** The locks of the voucher last shown for a lane, as its event `LaneUpdated`, or else `CloseStarted`, told; zeros without locks. */
export type LaneLocks = ContractFunctionArgs<typeof sluiceAbi, 'nonpayable', 'settle'>[1]

/** Starts a close with the newest voucher of the lane that the sender receives. Its own signature is not needed then. */
export async function startClose(client: Client, sluice: Address, terms: ChannelTerms, newest: SignedLane) {
  const hash = await client.writeContract({
    address: sluice,
    abi: sluiceAbi,
    functionName: 'startClose',
    args: [terms, { ...newest, receiverSignature: noSignature }],
  })
  return mined(client, hash)
}

/** Starts a close for a party that cannot send: it signed the request. The deadline, in Unix seconds, is near. */
export async function startCloseFor(
  client: Client,
  sluice: Address,
  terms: ChannelTerms,
  party: LocalAccount,
  deadline: bigint,
) {
  const domain = domainOf(client, sluice)
  const message = { ids: [channelIdOf(terms, domain)], deadline }
  const toSign = { domain, types: signedTypes, primaryType: 'CloseRequest', message } as const
  const request = { by: party.address, deadline, signature: await party.signTypedData(toSign) }
  const hash = await client.writeContract({
    address: sluice,
    abi: sluiceAbi,
    functionName: 'startCloseFor',
    args: [terms, noVoucher, request],
  })
  return mined(client, hash)
}

/** Answers a close with a newer voucher. */
export async function updateLane(client: Client, sluice: Address, terms: ChannelTerms, newer: SignedLane) {
  const call = { address: sluice, abi: sluiceAbi, functionName: 'updateLane', args: [terms, newer] } as const
  return mined(client, await client.writeContract(call))
}

/** Answers with the newest voucher of each lane: the received one, and the own one that the other side countersigned. */
export async function updateLanes(
  client: Client,
  sluice: Address,
  terms: ChannelTerms,
  [received, countersigned]: readonly [SignedLane, SignedLane],
) {
  const hash = await client.writeContract({
    address: sluice,
    abi: sluiceAbi,
    functionName: 'updateLanes',
    args: [terms, [received, countersigned]],
  })
  return mined(client, hash)
}

/** Pays both once the window is over. */
export async function settle(
  client: Client,
  sluice: Address,
  terms: ChannelTerms,
  [lane0, lane1]: readonly [LaneLocks, LaneLocks],
) {
  const call = { address: sluice, abi: sluiceAbi, functionName: 'settle', args: [terms, lane0, lane1, PUSH] } as const
  return mined(client, await client.writeContract(call))
}
