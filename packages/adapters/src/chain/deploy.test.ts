import { plannedAddress, singletonFactory } from '@sluice/contracts/deployment'
import type { Hex } from '@sluice/protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createNodeCrypto, type KeyedCrypto } from '../crypto/node.ts'
import { type Anvil, developmentSigner, startAnvil } from '../local-chain/index.ts'
import { systemClock } from '../system/system.ts'
import { deploySluice } from './deploy.ts'
import { startPublicNode } from './testing/public-node.ts'
import { createViemChain } from './viem.ts'

const planned = plannedAddress('Sluice')
const code = (name: string): unknown => expect.objectContaining({ code: name })

let chain: Anvil
let crypto: KeyedCrypto
const cleanups: (() => unknown)[] = []

beforeEach(async () => {
  crypto = await createNodeCrypto()
  chain = await startAnvil({ chainId: 31_337 })
})
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean()
  await chain.stop()
})

const deployer = () => developmentSigner(crypto, 0)
const transactionsOf = async (): Promise<number> =>
  Number(await chain.rpc<Hex>('eth_getTransactionCount', deployer().address, 'latest'))

async function publicUrl(): Promise<string> {
  const node = await startPublicNode(chain.url)
  cleanups.push(() => node.stop())
  return node.url
}

/** The contract that a node uses which is told of none. */
async function contractFound(url = chain.url): Promise<string> {
  const finality = { type: 'depth', blocks: 2 } as const
  const opened = await createViemChain({ url, signer: deployer(), clock: systemClock, finality })
  await opened.stop()
  return opened.domain.contract
}

describe('deploying', () => {
  it.each(['http', 'ws'])('puts the contract where the plan says on a local chain, over %s', async (scheme) => {
    const deployed = await deploySluice({ url: chain.url.replace('http', scheme), signer: deployer() })
    expect(deployed).toMatchObject({ contract: planned, chainId: 31_337n, created: { block: 1n } })
    expect(deployed.created?.gasUsed).toBeGreaterThan(1_000_000n)
    expect(await contractFound()).toBe(planned)
  })

  it('puts an instance where its salt says, beside the one of everybody', async () => {
    const salt = `0x${'51'.repeat(32)}` as const
    const instance = plannedAddress('Sluice', salt)
    await deploySluice({ url: chain.url, signer: deployer() })
    const made = await deploySluice({ url: chain.url, signer: deployer(), salt })
    expect(made).toMatchObject({ contract: instance, created: { gasUsed: expect.anything() } })
    const codes = [planned, instance].map((at) => chain.rpc<Hex>('eth_getCode', at, 'latest'))
    // they differ only in the domain that each keeps for itself
    const [common, own] = (await Promise.all(codes)) as [Hex, Hex]
    expect(own.length).toBe(common.length)
    expect(await deploySluice({ url: chain.url, signer: deployer(), salt })).toEqual({
      contract: instance,
      chainId: 31_337n,
    })
    expect(await contractFound()).toBe(planned)
    const wrong = deploySluice({ url: chain.url, signer: deployer(), salt: '0x51' })
    await expect(wrong).rejects.toThrow(RangeError)
  })

  it('sends nothing where the contract stands already, whoever asks', async () => {
    await deploySluice({ url: chain.url, signer: deployer() })
    const before = await transactionsOf()
    const poor = crypto.signer(new Uint8Array(32).fill(9))
    for (const signer of [deployer(), poor]) {
      expect(await deploySluice({ url: chain.url, signer })).toEqual({ contract: planned, chainId: 31_337n })
    }
    expect(await transactionsOf()).toBe(before)
  })

  it('uses the factory of a public chain', async () => {
    const empty = await chain.rpc('evm_snapshot')
    await deploySluice({ url: chain.url, signer: deployer() })
    const factory = await chain.rpc<Hex>('eth_getCode', singletonFactory, 'latest')
    await chain.rpc('evm_revert', empty)
    await chain.rpc('anvil_setCode', singletonFactory, factory)
    const { contract, created } = await deploySluice({ url: await publicUrl(), signer: deployer() })
    expect({ contract, created }).toMatchObject({ contract: planned, created: { transaction: expect.anything() } })
  })

  it('says what to do where there is no factory, or something else in its place, and sends nothing', async () => {
    const url = await publicUrl()
    const refused = code('CHAIN_NO_FACTORY')
    await expect(deploySluice({ url, signer: deployer() })).rejects.toThrow(refused)
    await chain.rpc('anvil_setCode', singletonFactory, '0x00')
    await expect(deploySluice({ url, signer: deployer() })).rejects.toThrow(refused)
    expect(await transactionsOf()).toBe(0)
  })

  it('does without the factory when asked to, each time at another address', async () => {
    const url = await publicUrl()
    const [one, other] = [
      await deploySluice({ url, signer: deployer(), plain: true }),
      await deploySluice({ url, signer: deployer(), plain: true }),
    ]
    expect(new Set([one.contract, other.contract, planned]).size).toBe(3)
    await expect(contractFound(url)).rejects.toThrow(code('CHAIN_CONTRACT_UNKNOWN'))
  })

  it('refuses another chain than it is told', async () => {
    const deployed = deploySluice({ url: chain.url, chainId: 1n, signer: deployer() })
    await expect(deployed).rejects.toThrow(code('CHAIN_WRONG'))
  })

  it('says that its sender cannot pay for it, and how much it needs', async () => {
    const signer = crypto.signer(new Uint8Array(32).fill(9))
    const refused = async () => {
      const problem = await deploySluice({ url: chain.url, signer }).catch((error: unknown) => error)
      expect(problem).toEqual(code('CHAIN_FUNDS_TOO_LOW'))
      return (problem as { details: { needed: bigint } }).details.needed
    }
    const needed = await refused()
    await chain.rpc('anvil_setBalance', signer.address, `0x${(needed / 2n).toString(16)}`)
    await refused()
    await chain.rpc('anvil_setBalance', signer.address, `0x${(needed * 2n).toString(16)}`)
    expect(await deploySluice({ url: chain.url, signer })).toMatchObject({ contract: planned })
  })
})
