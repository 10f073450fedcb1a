import { type ChainHarness, chainConformance } from '@sluice/engine/testing'
import { afterEach, beforeEach, describe, it } from 'vitest'
import { createNodeCrypto } from '../crypto/node.ts'
import { developmentSigner, type LocalChain, startLocalChain } from '../local-chain/index.ts'
import { systemClock } from '../system/system.ts'
import { startTestEndpoint, type TestEndpoint } from './testing/endpoint/endpoint.ts'
import { asLotus, type Switches } from './testing/endpoint/switches.ts'
import { createViemChain, type ViemChainOptions } from './viem.ts'

const POLL_MS = 10
/** More than a block that was seen can lie below the head when the suite asks for a reorganisation. */
const REORGED_BLOCKS = 10
const FINALITY_BLOCKS = 15

let local: LocalChain
const endpoints: TestEndpoint[] = []

/** Starts an endpoint before the local chain. Those of one seed show the same heights. */
async function startEndpoint(seed: number, switches: Partial<Switches>): Promise<string> {
  const endpoint = await startTestEndpoint({ source: local.url, seed, switches })
  endpoints.push(endpoint)
  return endpoint.url
}

async function createHarness(url: ViemChainOptions['url'], finality: number): Promise<ChainHarness> {
  const crypto = await createNodeCrypto()
  const signers = [developmentSigner(crypto, 1), developmentSigner(crypto, 2)] as const
  return {
    crypto,
    signers,
    connect: () =>
      createViemChain({
        url,
        contract: local.deployed.contract,
        signer: signers[0],
        clock: systemClock,
        finality: { type: 'depth', blocks: finality },
        pollMs: POLL_MS,
      }),
    async reorg() {
      await local.rpc('anvil_reorg', REORGED_BLOCKS, [])
      await local.mine()
    },
    async until(condition) {
      // Blocks come far more slowly than they are looked for; asking the chain lets the time in between pass.
      for (let look = 1; !condition(); look++) {
        await local.rpc('eth_blockNumber')
        if (look % 50 === 0) await local.mine()
      }
    },
    finish: (promise) => promise,
  }
}

beforeEach(async () => {
  local = await startLocalChain()
})
afterEach(async () => {
  await Promise.all(endpoints.splice(0).map((endpoint) => endpoint.stop()))
  await local.stop()
})

/** So that the contract's own block lies deeper than any that is taken away. */
const mineAbove = () => local.mine(REORGED_BLOCKS + FINALITY_BLOCKS)

describe('a chain over viem', () => {
  for (const { name, run } of chainConformance) {
    it(name, async () => {
      await mineAbove()
      await run(await createHarness(local.url, FINALITY_BLOCKS))
    })
  }
})

describe('a chain over an endpoint as Filecoin has them', () => {
  for (const [i, { name, run }] of chainConformance.entries()) {
    it(name, async () => {
      await mineAbove()
      // The chain's blocks lie further apart here.
      await run(await createHarness(await startEndpoint(i + 1, asLotus()), 2 * FINALITY_BLOCKS))
    })
  }
})

describe('a chain over an endpoint that shows no receipts, takes no batches and answers late', () => {
  for (const [i, { name, run }] of chainConformance.entries()) {
    it(name, async () => {
      await mineAbove()
      const switches = { receipts: 'never', batches: 'bad-request', lateLogs: 0.5, nullRounds: 0.1 } as const
      await run(await createHarness(await startEndpoint(100 + i, switches), 2 * FINALITY_BLOCKS))
    })
  }
})

describe('a chain over several endpoints, of which one lags and shows no receipts, and one is gone', () => {
  for (const [i, { name, run }] of chainConformance.entries()) {
    it(name, async () => {
      await mineAbove()
      const url = [
        'http://127.0.0.1:9',
        await startEndpoint(200 + i, { ...asLotus(), lag: 1, receipts: 'never' }),
        await startEndpoint(200 + i, asLotus()),
      ] as const
      await run(await createHarness(url, 2 * FINALITY_BLOCKS))
    })
  }
})
