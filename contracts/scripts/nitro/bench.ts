// A local chain with everything deployed: Sluice, the app resolver, Nitro's adjudicator and three of its apps.

import {
  type Abi,
  type Account,
  type Address,
  createTestClient,
  type Hex,
  http,
  parseEther,
  publicActions,
  walletActions,
} from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { appResolverAbi } from '../../abi/app-resolver-abi.ts'
import { appResolverBytecode } from '../../abi/app-resolver-bytecode.ts'
import { sluiceAbi } from '../../abi/sluice-abi.ts'
import { sluiceBytecode } from '../../abi/sluice-bytecode.ts'
import { startAnvil } from '../tools/anvil.ts'
import { type Compiled, compileNitro, nitroAdjudicator } from './compile.ts'

/** Nitro's own example apps. */
export type NitroApp = 'CountingApp' | 'HashLockedSwap' | 'SingleAssetPayments'

/** The chain and what stands on it. */
export type Bench = Awaited<ReturnType<typeof startBench>>

interface Sending {
  readonly account?: Account
  readonly value?: bigint
}

const chainId = 314
// anvil's first account, which every anvil funds
const somebody = privateKeyToAccount('0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80')

/** Starts the chain and deploys. */
export async function startBench() {
  const chain = await startAnvil(chainId)
  const client = createTestClient({
    mode: 'anvil',
    transport: http(chain.url),
    chain: {
      id: chainId,
      name: 'local',
      nativeCurrency: { name: 'FIL', symbol: 'FIL', decimals: 18 },
      rpcUrls: { default: { http: [chain.url] } },
    },
    pollingInterval: 10,
  })
    .extend(publicActions)
    .extend(walletActions)

  const deploy = async ({ abi, bytecode }: Compiled): Promise<Address> => {
    const hash = await client.deployContract({ abi, bytecode, account: somebody })
    const { contractAddress } = await client.waitForTransactionReceipt({ hash })
    if (!contractAddress) throw new Error('not deployed')
    return contractAddress
  }

  const compiled = compileNitro(
    'contracts/CountingApp.sol',
    'contracts/examples/HashLockedSwap.sol',
    'contracts/examples/SingleAssetPayments.sol',
  )
  const apps = new Map<string, Address>()
  for (const [name, contract] of compiled) apps.set(name, await deploy(contract))
  const adjudicator = nitroAdjudicator()
  const nitro = { abi: adjudicator.abi, address: await deploy(adjudicator) }
  const sluice = await deploy({ abi: sluiceAbi, bytecode: sluiceBytecode })
  const resolver = await deploy({ abi: appResolverAbi, bytecode: appResolverBytecode })

  return {
    chainId,
    client,
    sluice,
    resolver,
    nitro,
    stop: () => chain[Symbol.asyncDispose](),

    appOf(name: NitroApp): Address {
      const app = apps.get(name)
      if (app === undefined) throw new Error(`${name} is not deployed`)
      return app
    },

    /** Sends a call; a refusal is an error with its name. */
    async send(address: Address, abi: Abi, functionName: string, args: readonly unknown[], options: Sending = {}) {
      const { account = somebody, value } = options
      if (account !== somebody) await client.setBalance({ address: account.address, value: parseEther('1') })
      const call = { address, abi, functionName, args, account, ...(value === undefined ? {} : { value }) }
      const { request } = await client.simulateContract(call)
      const hash = await client.writeContract(request)
      const { status } = await client.waitForTransactionReceipt({ hash })
      if (status !== 'success') throw new Error(`${functionName} failed`)
    },

    async channelId(terms: unknown): Promise<Hex> {
      const call = { address: sluice, abi: sluiceAbi as Abi, functionName: 'channelId', args: [terms] }
      return (await client.readContract(call)) as Hex
    },

    async now(): Promise<number> {
      return Number((await client.getBlock()).timestamp)
    },

    /** Lets time pass. */
    async later(seconds: number): Promise<void> {
      await client.increaseTime({ seconds })
      await client.mine({ blocks: 1 })
    },
  }
}
