// Runs in the browser: opens a channel with a hub, buys a file through it, and closes the channel. What it came to is posted to the test.

import { sha256 } from '@noble/hashes/sha2.js'
import { createViemChain } from '@sluice/adapters/chain-viem'
import { createWebCrypto } from '@sluice/adapters/crypto-web'
import { createMemoryStore } from '@sluice/adapters/store-memory'
import { systemClock, systemRandom } from '@sluice/adapters/system'
import { createWebTransport } from '@sluice/adapters/transport-websocket-web'
import { createPayerClient } from '@sluice/client/payer'
import { createPolicy, type Log } from '@sluice/engine'
import { hexToBytes, NATIVE_TOKEN } from '@sluice/protocol'
import { CarVerifier, parseRoot, retrieve } from '@sluice/retrieval'
import type { PageOutcome, PageSettings } from './outcome.ts'

const lines: string[] = []
const write = (level: string) => (event: string, values?: object) =>
  lines.push(
    `${level} ${event} ${JSON.stringify(values, (_, value) => (typeof value === 'bigint' ? `${value}` : value))}`,
  )
const log: Log = { debug: () => {}, info: write('info'), warn: write('warn'), error: write('error') }

const at = (path: string): URL => new URL(path, import.meta.url)

async function startClient({ chainUrl, contract, key }: PageSettings) {
  const crypto = await createWebCrypto()
  const signer = crypto.signer(hexToBytes(key))
  const chain = await createViemChain({
    url: chainUrl,
    contract,
    signer,
    pollMs: 100,
    log,
  })
  const transport = createWebTransport({ signer, crypto, domain: chain.domain, log })
  const store = createMemoryStore()
  const ports = { store, transport, chain, clock: systemClock, random: systemRandom, crypto, signer, log }
  // The chain has Filecoin's id and blocks of a second.
  return createPayerClient({ ports, policy: createPolicy('development') })
}

async function buy(settings: PageSettings): Promise<PageOutcome> {
  const client = await startClient(settings)
  const { hub, provider, cid, deposit, maxAmount } = settings
  const opening = { peer: hub.signer, url: hub.url, token: NATIVE_TOKEN, deposit: BigInt(deposit) }
  const { channelId } = await client.engine.openChannel(opening)
  const sections: Uint8Array[] = []
  const { paid, payments } = await retrieve({
    provider,
    verifier: new CarVerifier(parseRoot(cid), { sha256 }),
    sink: { write: (bytes) => void sections.push(bytes.slice()), finish: () => {} },
    payer: client.payer,
    limits: { maxAmount: BigInt(maxAmount), tokens: [NATIVE_TOKEN] },
  })
  await fetch(at('/car'), { method: 'POST', body: new Blob(sections as Uint8Array<ArrayBuffer>[]) })
  const { status } = await client.engine.closeChannel(channelId)
  await client.stop()
  return { paid: `${paid}`, payments, status, agent: navigator.userAgent }
}

async function main(): Promise<void> {
  const settings = (await (await fetch(at('/settings'))).json()) as PageSettings
  const outcome = await buy(settings).catch((error: unknown) => ({
    problem: error instanceof Error ? `${error.name}: ${error.message}\n${error.stack}` : String(error),
    log: lines,
  }))
  await fetch(at('/done'), { method: 'POST', body: JSON.stringify(outcome) })
}

await main()
