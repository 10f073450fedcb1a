import { createViemChain } from '@sluice/adapters/chain-viem'
import { createNobleCrypto } from '@sluice/adapters/crypto-noble'
import { createMemoryStore } from '@sluice/adapters/store-memory'
import { systemClock as clock, systemRandom as random } from '@sluice/adapters/system'
import { createWebTransport } from '@sluice/adapters/transport-websocket-web'
import { type Client, createClient } from '@sluice/client'
import { createPolicy } from '@sluice/engine'
import { type Address, NATIVE_TOKEN } from '@sluice/protocol'

/** Where chain and hub are. The bundler puts it in: see site.ts. */
declare const NETWORK: { readonly chainUrl: string; readonly hub: Address; readonly hubUrl: string }

/** A coin of a local chain, which gives it to whoever asks. */
async function fund(account: Address): Promise<void> {
  const coin = `0x${(10n ** 18n).toString(16)}`
  const call = { jsonrpc: '2.0', id: 1, method: 'anvil_setBalance', params: [account, coin] }
  const headers = { 'content-type': 'application/json' }
  await fetch(NETWORK.chainUrl, { method: 'POST', headers, body: JSON.stringify(call) })
}

/** A client with a channel to the hub, for as long as the page is open: its key and its store are in memory. */
export async function openWallet(deposit: bigint): Promise<Client> {
  const crypto = await createNobleCrypto()
  const signer = crypto.signer(random(32))
  await fund(signer.address)
  // On a chain that others use, leave finality out: a block then counts once the chain calls it final.
  const finality = { type: 'depth', blocks: 0 } as const
  const chain = await createViemChain({ url: NETWORK.chainUrl, signer, finality, pollMs: 100 })
  const transport = createWebTransport({ signer, crypto, domain: chain.domain })
  const ports = { store: createMemoryStore(), transport, chain, clock, random, crypto, signer }
  const client = await createClient({ ports, policy: createPolicy('development') })
  await client.engine.openChannel({ peer: NETWORK.hub, url: NETWORK.hubUrl, token: NATIVE_TOKEN, deposit })
  return client
}
