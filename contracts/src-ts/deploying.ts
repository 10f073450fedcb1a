import type { TransactionReceipt } from 'viem'
import type { Deployer } from './deployer.ts'
import type { PlannedContract } from './deployment.ts'

export type { Call, Deployer } from './deployer.ts'
export { type FactoryState, placeFactory } from './factory.ts'

/**
 * Puts a planned contract where the plan says, through the factory, which has to stand. CREATE2 puts there what this creation code makes,
 * or nothing: whoever sent it, it is this contract.
 *
 * @returns The transaction that did, or undefined if the contract stands there already.
 * @throws what the deployer throws, and Error if the transaction did nothing.
 */
export async function placeContract(
  deployer: Deployer,
  { name, address, transaction }: PlannedContract,
): Promise<TransactionReceipt | undefined> {
  const stands = async () => (await deployer.client.getCode({ address })) !== undefined
  if (await stands()) return undefined
  const receipt = await deployer.send(transaction).catch(async (problem: unknown) => {
    // Somebody else was first: the factory then refuses, and what stands there is the same.
    if (await stands()) return undefined
    throw problem
  })
  if (await stands()) return receipt
  const { chainId } = deployer
  throw new Error(`${name} did not come to stand at ${address} on chain ${chainId} (${receipt?.transactionHash})`)
}
