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
 * @param salt 32 bytes; another than everybody's makes an instance: the same code at addresses of its own. Whoever knows the salt knows
 *   the addresses, and anybody can see by them that the code is this version's.
 * @throws RangeError for a salt of another length.
 * @example
 * for (const { transaction } of deploymentPlan()) await wallet.sendTransaction(transaction)
 */
export function deploymentPlan(salt: Hex = deploymentSalt): readonly PlannedContract[] {
  const planned = (name: ContractName, bytecode: Hex, constructorArguments: Hex = '0x') =>
    contractOf(name, bytecode, constructorArguments, salt)
  const sluice = planned('Sluice', sluiceBytecode)
  return [
    sluice,
    planned('AppResolver', appResolverBytecode),
    planned('HashLockResolver', hashLockResolverBytecode),
    planned('AssetVault', assetVaultBytecode, encodeAbiParameters([{ type: 'address' }], [sluice.address])),
  ]
}

/** One contract of {@link deploymentPlan}. @throws RangeError for a salt that is not of 32 bytes. */
export function plannedContract(name: ContractName, salt: Hex = deploymentSalt): PlannedContract {
  const found = deploymentPlan(salt).find((contract) => contract.name === name)
  if (found === undefined) throw new Error(`no contract ${name} is planned`)
  return found
}

/**
 * Where a contract stands once it is deployed by this package's plan.
 *
 * @param salt 32 bytes; that of an instance, if one is meant.
 * @throws RangeError for a salt of another length.
 * @example
 * const sluice = plannedAddress('Sluice')
 * const instance = plannedAddress('Sluice', `0x${'51'.repeat(32)}`)
 */
export function plannedAddress(name: ContractName, salt: Hex = deploymentSalt): Address {
  return plannedContract(name, salt).address
}

function contractOf(name: ContractName, bytecode: Hex, constructorArguments: Hex, salt: Hex): PlannedContract {
  const initCode = concat([bytecode, constructorArguments])
  return {
    name,
    address: create2Address(initCode, salt),
    initCode,
    constructorArguments,
    transaction: { to: singletonFactory, data: concat([salt, initCode]) },
  }
}
