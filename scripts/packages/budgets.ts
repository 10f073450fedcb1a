/** What an app may have to load for something, in bytes after gzip. */
export interface Budget {
  /** What it is for, as the README says it. */
  readonly name: string
  /** The module that imports it. */
  readonly program: string
  /** Most that is loaded before the program runs. */
  readonly atOnce: number
  /** Most that it may load later. Default: nothing. */
  readonly later?: number
}

const kB = 1_000

/** What apps import, and what it may weigh. Raised only with a reason that the commit tells. */
export const budgets: readonly Budget[] = [
  {
    name: 'paying alone, with sessions, a store in memory and a transport',
    program: `
      export { createPayerClient } from '@sluice/client/payer'
      export { createMemoryStore } from '@sluice/adapters/store-memory'
      export { createWebTransport } from '@sluice/adapters/transport-websocket-web'`,
    atOnce: 66 * kB,
    later: 45 * kB,
  },
  {
    name: 'paying and being paid, with sessions, a store in memory and a transport',
    program: `
      export { createClient } from '@sluice/client'
      export { createPolicy } from '@sluice/engine'
      export { createMemoryStore } from '@sluice/adapters/store-memory'
      export { createWebTransport } from '@sluice/adapters/transport-websocket-web'`,
    atOnce: 81 * kB,
    later: 40 * kB,
  },
  {
    name: 'the chain',
    program: `export { createViemChain } from '@sluice/adapters/chain-viem'`,
    atOnce: 53 * kB,
    later: 1 * kB,
  },
  {
    name: 'cryptography in plain JavaScript',
    program: `export { createNobleCrypto } from '@sluice/adapters/crypto-noble'`,
    atOnce: 6 * kB,
    later: 22 * kB,
  },
  {
    name: 'cryptography in WebAssembly',
    program: `export { createWebCrypto } from '@sluice/adapters/crypto-web'`,
    atOnce: 6 * kB,
    later: 132 * kB,
  },
  { name: 'a paying fetch over an engine', program: `export { fetchPaid } from '@sluice/http'`, atOnce: 9 * kB },
  { name: 'a gate for a server', program: `export { createGate } from '@sluice/http'`, atOnce: 9 * kB },
  {
    name: 'files by CID, checked as they come',
    program: `export { CarVerifier, parseRoot, retrieve } from '@sluice/retrieval'`,
    atOnce: 19 * kB,
  },
]
