import { type Address, getContractAddress, type Hex, zeroHash } from 'viem'

/** Safe's singleton factory: at one address on every chain that has it, Filecoin's among them. */
export const singletonFactory: Address = '0x914d7fec6aac8cd542e72bca78b30650d45643d7'

/** Goes into every address. */
export const deploymentSalt: Hex = zeroHash

/** Where the factory puts a contract with this creation code, on every chain; lowercase. */
export function create2Address(initCode: Hex): Address {
  const place = { opcode: 'CREATE2', from: singletonFactory, salt: deploymentSalt, bytecode: initCode } as const
  return getContractAddress(place).toLowerCase() as Address
}
