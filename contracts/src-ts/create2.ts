import { type Address, getContractAddress, type Hex, zeroHash } from 'viem'

/** Safe's singleton factory: at one address on every chain that has it, Filecoin's among them. */
export const singletonFactory: Address = '0x914d7fec6aac8cd542e72bca78b30650d45643d7'

/** Goes into the addresses of everybody's contracts. Another salt makes an instance of its own, with the same code. */
export const deploymentSalt: Hex = zeroHash

/**
 * Where the factory puts a contract with this creation code and salt, on every chain; lowercase.
 *
 * @param salt 32 bytes.
 * @throws RangeError for another length.
 */
export function create2Address(initCode: Hex, salt: Hex = deploymentSalt): Address {
  if (!/^0x[0-9a-f]{64}$/i.test(salt)) throw new RangeError(`a salt is 32 bytes in hexadecimal, not ${salt}`)
  const place = { opcode: 'CREATE2', from: singletonFactory, salt, bytecode: initCode } as const
  return getContractAddress(place).toLowerCase() as Address
}
