// Where the contracts stand, or will stand, on every chain, and the transactions that put them there.

import { type Address, concat, encodeAbiParameters, type Hex } from 'viem'
import { appResolverBytecode } from '../abi/app-resolver-bytecode.ts'
import { assetVaultBytecode } from '../abi/asset-vault-bytecode.ts'
import { hashLockResolverBytecode } from '../abi/hash-lock-resolver-bytecode.ts'
import { sluiceBytecode } from '../abi/sluice-bytecode.ts'
import { create2Address, deploymentSalt, singletonFactory } from './create2.ts'

export { deploymentSalt, singletonFactory }

/** The contracts by their sources' names. */
export type ContractName = 'Sluice' | 'AppResolver' | 'HashLockResolver' | 'AssetVault'

/** One contract to be deployed. */
export interface PlannedContract {
  readonly name: ContractName
  /** The same on every chain; lowercase. */
  readonly address: Address
  /** Creation code with the constructor's arguments. */
  readonly initCode: Hex
  /** What the constructor is given, encoded; `0x` if nothing. */
  readonly constructorArguments: Hex
  /** The transaction: anybody may send it; it carries no value. */
  readonly transaction: { readonly to: Address; readonly data: Hex }
}

/**
 * Everything that a deployment consists of, in the order in which to send it.
 *
 * @example
 * for (const { transaction } of deploymentPlan()) await wallet.sendTransaction(transaction)
 */
export function deploymentPlan(): readonly PlannedContract[] {
  const sluice = planned('Sluice', sluiceBytecode)
  return [
    sluice,
    planned('AppResolver', appResolverBytecode),
    planned('HashLockResolver', hashLockResolverBytecode),
    planned('AssetVault', assetVaultBytecode, encodeAbiParameters([{ type: 'address' }], [sluice.address])),
  ]
}

/** One contract of {@link deploymentPlan}. */
export function plannedContract(name: ContractName): PlannedContract {
  const found = deploymentPlan().find((contract) => contract.name === name)
  if (found === undefined) throw new Error(`no contract ${name} is planned`)
  return found
}

/**
 * Where a contract stands once it is deployed by this package's plan.
 *
 * @example
 * const sluice = plannedAddress('Sluice')
 */
export function plannedAddress(name: ContractName): Address {
  return plannedContract(name).address
}

function planned(name: ContractName, bytecode: Hex, constructorArguments: Hex = '0x'): PlannedContract {
  const initCode = concat([bytecode, constructorArguments])
  return {
    name,
    address: create2Address(initCode),
    initCode,
    constructorArguments,
    transaction: { to: singletonFactory, data: concat([deploymentSalt, initCode]) },
  }
}
