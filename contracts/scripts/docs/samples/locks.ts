import { type ChannelTerms, sluiceAbi } from '@sluice/contracts'
import { type Address, type ContractFunctionArgs, type Hex, zeroHash } from 'viem'
import { type Client, mined, PUSH } from './setup.ts'

/** A lock with the hashes beside its way up to the root. */
export type Unlock = ContractFunctionArgs<typeof sluiceAbi, 'nonpayable', 'unlock'>[3]

/** Pays out the lock for a virtual channel that is final, the only one in lane 0: its tree is one leaf, and needs no proof. */
export async function unlock(client: Client, sluice: Address, terms: ChannelTerms, amount: bigint, virtualId: Hex) {
  const item = { index: 0, amount, resolver: sluice, id: virtualId, side: 0, proof: [] }
  const call = {
    address: sluice,
    abi: sluiceAbi,
    functionName: 'unlock',
    args: [terms, 0, amount, item, PUSH],
  } as const
  return mined(client, await client.writeContract(call))
}

/** Pays out locks of lane 0 in any slots. `locked` is the sum of all of the lane's locks, as `LaneUpdated` or else `CloseStarted` told. */
export async function unlockBatch(
  client: Client,
  sluice: Address,
  terms: ChannelTerms,
  locked: bigint,
  items: readonly Unlock[],
) {
  const args = [terms, 0, locked, items, PUSH] as const
  return mined(
    client,
    await client.writeContract({ address: sluice, abi: sluiceAbi, functionName: 'unlockBatch', args }),
  )
}

/** Pays out all locks of lane 0, which are for virtual channels and fill its slots from 0 on. Slots without one are zeros. */
export async function unlockSubtree(
  client: Client,
  sluice: Address,
  terms: ChannelTerms,
  locks: readonly ({ readonly amount: bigint; readonly virtualId: Hex } | undefined)[],
) {
  const slots = locks.map((lock) => ({ amount: lock?.amount ?? 0n, idOrLeaf: lock?.virtualId ?? zeroHash }))
  const locked = slots.reduce((sum, { amount }) => sum + amount, 0n)
  const args = [terms, 0, locked, { first: 0, slots, proof: [] }, PUSH] as const
  return mined(
    client,
    await client.writeContract({ address: sluice, abi: sluiceAbi, functionName: 'unlockSubtree', args }),
  )
}
