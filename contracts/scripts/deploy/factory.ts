// Safe's singleton factory: there on most chains; where it is not, the transaction that Safe signed for that chain puts it there.

import { type Address, createTestClient, type Hex, http, parseTransaction } from 'viem'
import { singletonFactory } from '../../src-ts/deployment.ts'
import type { Deployer } from './deployer.ts'

/** Whose account makes the factory, by its first transaction on a chain. */
const safeDeployer: Address = '0xe1cb04a0fa36ddd16a06ea828007e35e1a3cbc37'

/** The factory: calldata is a salt and creation code, the answer is the new contract's address. */
export const factoryCode: Hex =
  '0x7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3'

// From @safe-global/safe-singleton-factory 2.0.0 (artifacts/<chain id>/deployment.json): signed by Safe, of use on that chain alone.
const signedBySafe: Readonly<Record<number, Hex>> = {
  314: '0xf8a78084195b886b8405369dc88080b853604580600e600039806000f350fe7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3820298a09901db24d42afc6f57c4a6da0f96429097edd0811adf6057dddd99a8a1c8879ba0535d6536fff64666c405703aa72760a09f36ee440b3fe957b654237aa22e07f7',
  314159:
    '0xf8a78083030dc38402e6c2738080b853604580600e600039806000f350fe7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf383099681a0dfa6ebad42267e7e5badac4c84cb4efbf2130ecefcd54b0f060c87c2b84c1b11a05feeff9e14f70c0e8e666290931315da98c297b08b5623b010f87d460af7d65f',
}

/**
 * Sees to it that the factory stands.
 *
 * @param deployer - Pays, if it has to be put there.
 * @returns Whether it had to be.
 * @throws Error if it is not there and cannot be put there.
 */
export async function ensureFactory(deployer: Deployer): Promise<boolean> {
  const { client, network, chainId } = deployer
  const code = await client.getCode({ address: singletonFactory })
  if (code === factoryCode) return false
  if (code !== undefined)
    throw new Error(`chain ${chainId}: other code than the factory's stands at ${singletonFactory}`)
  const signed = signedBySafe[chainId]
  if (signed !== undefined) await sendSigned(deployer, signed)
  else if (network.local) await setCode(network.url)
  else
    throw new Error(`chain ${chainId} has no factory at ${singletonFactory}: ask Safe for it (safe-singleton-factory)`)
  if ((await client.getCode({ address: singletonFactory })) !== factoryCode) {
    throw new Error(`chain ${chainId}: the factory did not come to stand at ${singletonFactory}`)
  }
  return true
}

async function sendSigned(deployer: Deployer, serializedTransaction: Hex): Promise<void> {
  const { client } = deployer
  const { gas = 0n, gasPrice = 0n } = parseTransaction(serializedTransaction)
  const missing = gas * gasPrice - (await client.getBalance({ address: safeDeployer }))
  if (missing > 0n) await deployer.send({ to: safeDeployer, value: missing })
  const hash = await client.sendRawTransaction({ serializedTransaction })
  await deployer.mined(hash)
}

async function setCode(url: string): Promise<void> {
  const node = createTestClient({ mode: 'anvil', transport: http(url) })
  await node.setCode({ address: singletonFactory, bytecode: factoryCode })
}
