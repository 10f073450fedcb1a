// Who deploys, and how its transactions are sent.

import {
  createPublicClient,
  createTestClient,
  createWalletClient,
  defineChain,
  type Hex,
  http,
  type LocalAccount,
  type PublicClient,
  type TransactionReceipt,
} from 'viem'
import type { Deployer } from '../../src-ts/deploying.ts'
import type { Network } from './networks.ts'

// Filecoin makes a block in 30 s, and a transaction may wait for several.
const patience = 600_000

/** An account that pays on one of the networks. */
export interface NetworkDeployer extends Deployer {
  readonly network: Network
  readonly client: PublicClient
}

/**
 * Connects.
 *
 * @throws Error if the chain does not answer, or is another one than the network's.
 */
export async function connect(
  network: Network,
  account: LocalAccount,
  pollingInterval = 1000,
): Promise<NetworkDeployer> {
  const transport = http(network.url)
  const chainId = await chainIdAt(network)
  if (network.chainId !== undefined && network.chainId !== chainId) {
    throw new Error(`${network.url} is chain ${chainId}, not ${network.chainId}: check --network and --url`)
  }
  const nativeCurrency = { name: 'native', symbol: 'native', decimals: 18 }
  const rpcUrls = { default: { http: [network.url] } }
  const chain = defineChain({ id: chainId, name: network.name, nativeCurrency, rpcUrls })
  const client = createPublicClient({ chain, transport, pollingInterval })
  const wallet = createWalletClient({ chain, transport, account, pollingInterval })
  const mined = async (hash: Hex): Promise<TransactionReceipt> => {
    const receipt = await client.waitForTransactionReceipt({ hash, timeout: patience })
    if (receipt.status !== 'success') throw new Error(`transaction ${hash} failed on chain ${chainId}`)
    return receipt
  }
  const node = createTestClient({ mode: 'anvil', transport })
  return {
    network,
    chainId,
    client,
    mined,
    send: async (call) => mined(await wallet.sendTransaction(call)),
    ...(network.local && { setCode: (address, bytecode) => node.setCode({ address, bytecode }) }),
  }
}

async function chainIdAt({ url }: Network): Promise<number> {
  try {
    return await createPublicClient({ transport: http(url, { retryCount: 0 }) }).getChainId()
  } catch (cause) {
    throw new Error(`no chain answers at ${url}: start it, or give another --url`, { cause })
  }
}
