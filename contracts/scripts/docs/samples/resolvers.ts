import { hashLockId, hashLockResolverAbi } from '@sluice/contracts/resolvers'
import { type Address, type Hex, sha256 } from 'viem'
import { type Client, mined } from './setup.ts'

/** Makes a preimage known: all locks that ask about its hash pay in full from now on. */
export async function register(client: Client, resolver: Address, preimage: Hex, deadline: number) {
  const args = [preimage, deadline] as const
  return mined(
    client,
    await client.writeContract({ address: resolver, abi: hashLockResolverAbi, functionName: 'register', args }),
  )
}

/** The id under which locks ask about a hash; `hashLockId` computes it without asking. */
export async function idOf(client: Client, resolver: Address, preimage: Hex, deadline: number) {
  const hash = sha256(preimage)
  const read = { address: resolver, abi: hashLockResolverAbi, functionName: 'idOf', args: [hash, deadline] } as const
  const id = await client.readContract(read)
  return { id, isSame: id === hashLockId(hash, deadline) }
}

/** What a lock of an amount on a hash would pay now; undefined as long as that is not decided. */
export async function payout(client: Client, resolver: Address, id: Hex, amount: bigint) {
  const read = { address: resolver, abi: hashLockResolverAbi, functionName: 'payout', args: [id, 0] } as const
  const [isFinal, most] = await client.readContract(read)
  if (!isFinal) return undefined
  return most < amount ? most : amount
}
