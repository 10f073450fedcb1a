import { type ChainHarness, chainConformance } from '@sluice/engine/testing'
import { afterEach, beforeEach, describe, it } from 'vitest'
import { createNodeCrypto } from '../crypto/node.ts'
import { developmentSigner, type LocalChain, startLocalChain } from '../local-chain/index.ts'
import { systemClock } from '../system/system.ts'
import { startTestEndpoint, type TestEndpoint } from './testing/endpoint/endpoint.ts'
import { asLotus } from './testing/endpoint/switches.ts'
import { createViemChain } from './viem.ts'

const POLL_MS = 10
/** More than a block that was seen can lie below the head when the suite asks for a reorganisation. */
const REORGED_BLOCKS = 10
const FINALITY_BLOCKS = 15

let local: LocalChain
let endpoint: TestEndpoint | undefined

async function createHarness(url: string, finality: number): Promise<ChainHarness> {
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
  await endpoint?.stop()
  endpoint = undefined
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
      endpoint = await startTestEndpoint({ source: local.url, seed: i + 1, switches: asLotus() })
      // The chain's blocks lie further apart here.
      await run(await createHarness(endpoint.url, 2 * FINALITY_BLOCKS))
    })
  }
})

describe('a chain over an endpoint that shows no receipts, takes no batches and answers late', () => {
  for (const [i, { name, run }] of chainConformance.entries()) {
    it(name, async () => {
      await mineAbove()
      const switches = { receipts: 'never', batches: 'bad-request', lateLogs: 0.5, nullRounds: 0.1 } as const
      endpoint = await startTestEndpoint({ source: local.url, seed: 100 + i, switches })
      await run(await createHarness(endpoint.url, 2 * FINALITY_BLOCKS))
    })
  }
})
