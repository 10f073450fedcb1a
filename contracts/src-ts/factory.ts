// Safe's singleton factory: there on most chains; where it is not, the transaction that Safe signed for that chain puts it there.

import { type Address, type Hex, parseTransaction } from 'viem'
import type { Deployer } from './deployer.ts'
import { singletonFactory } from './deployment.ts'

/** Whose account makes the factory, by its first transaction on a chain. */
const safeDeployer: Address = '0xe1cb04a0fa36ddd16a06ea828007e35e1a3cbc37'

/** The factory: calldata is a salt and creation code, the answer is the new contract's address. */
const factoryCode: Hex =
  '0x7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3'

// From @safe-global/safe-singleton-factory 2.0.0 (artifacts/<chain id>/deployment.json): signed by Safe, of use on that chain alone.
const signedBySafe: Readonly<Record<number, Hex>> = {
  314: '0xf8a78084195b886b8405369dc88080b853604580600e600039806000f350fe7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3820298a09901db24d42afc6f57c4a6da0f96429097edd0811adf6057dddd99a8a1c8879ba0535d6536fff64666c405703aa72760a09f36ee440b3fe957b654237aa22e07f7',
  314159:
    '0xf8a78083030dc38402e6c2738080b853604580600e600039806000f350fe7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf383099681a0dfa6ebad42267e7e5badac4c84cb4efbf2130ecefcd54b0f060c87c2b84c1b11a05feeff9e14f70c0e8e666290931315da98c297b08b5623b010f87d460af7d65f',
}

/** How the factory is on a chain: it stands, or it was not there and cannot be put there, or other code stands at its address. */
export type FactoryState = 'standing' | 'missing' | 'foreign'

/**
 * Sees to it that the factory stands, where it can be put there.
 *
 * @param deployer - Pays, if it has to be put there.
 * @throws what the deployer throws.
 */
export async function placeFactory(deployer: Deployer): Promise<FactoryState> {
  const before = await stateOf(deployer)
  if (before !== 'missing') return before
  const signed = signedBySafe[deployer.chainId]
  if (deployer.setCode !== undefined) await deployer.setCode(singletonFactory, factoryCode)
  else if (signed !== undefined) await sendSigned(deployer, signed)
  return stateOf(deployer)
}

async function stateOf({ client }: Deployer): Promise<FactoryState> {
  const code = await client.getCode({ address: singletonFactory })
  if (code === undefined) return 'missing'
  return code === factoryCode ? 'standing' : 'foreign'
}

async function sendSigned(deployer: Deployer, serializedTransaction: Hex): Promise<void> {
  const { client } = deployer
  const { gas = 0n, gasPrice = 0n } = parseTransaction(serializedTransaction)
  const missing = gas * gasPrice - (await client.getBalance({ address: safeDeployer }))
  if (missing > 0n) await deployer.send({ to: safeDeployer, value: missing })
  const hash = await client.sendRawTransaction({ serializedTransaction })
  await deployer.mined(hash)
}
