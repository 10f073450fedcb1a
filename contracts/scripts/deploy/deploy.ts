// Puts the contracts on a chain, each at the address that the plan says.

import type { Address, Hex } from 'viem'
import { type Deployer, placeContract } from '../../src-ts/deploying.ts'
import {
  type ContractName,
  deploymentPlan,
  deploymentSalt,
  type PlannedContract,
  singletonFactory,
} from '../../src-ts/deployment.ts'
import { ensureFactory } from './factory.ts'

/** What became of one contract. */
export interface DeployedContract {
  readonly name: ContractName
  readonly address: Address
  /** Undefined if it stood there before. */
  readonly transaction?: Hex
  readonly block?: number
  readonly gasUsed?: number
}

/** What became of a deployment. */
export interface DeploymentReport {
  readonly chainId: number
  readonly factory: Address
  readonly contracts: readonly DeployedContract[]
}

/**
 * Deploys what is not there yet. Running it again changes nothing.
 *
 * @param salt 32 bytes; that of an instance, if one is meant.
 * @throws Error if a transaction fails, or a contract does not come to stand where it should.
 */
export async function deployAll(deployer: Deployer, salt: Hex = deploymentSalt): Promise<DeploymentReport> {
  await ensureFactory(deployer)
  const contracts: DeployedContract[] = []
  for (const planned of deploymentPlan(salt)) contracts.push(await deployOne(deployer, planned))
  return { chainId: deployer.chainId, factory: singletonFactory, contracts }
}

async function deployOne(deployer: Deployer, planned: PlannedContract): Promise<DeployedContract> {
  const { name, address } = planned
  const receipt = await placeContract(deployer, planned)
  if (receipt === undefined) return { name, address }
  const { transactionHash, blockNumber, gasUsed } = receipt
  return { name, address, transaction: transactionHash, block: Number(blockNumber), gasUsed: Number(gasUsed) }
}
