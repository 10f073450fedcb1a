import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createGate, type Handler, type Payee, type Resource } from '@sluice/http'
import { toNodeHandler } from '@sluice/http/node'
import { type Hex, NATIVE_TOKEN } from '@sluice/protocol'
import { describe, expect, it } from 'vitest'
import { createTestNetwork, fetchFrom } from './index.ts'
import { startLocalNetwork } from './local-chain.ts'

const text = new TextEncoder().encode('worth its price\n'.repeat(100))
const resource: Resource = {
  key: '/text',
  etag: '"1"',
  length: text.length,
  type: 'text/plain',
  async *read(start, end) {
    yield text.subarray(start, end)
  },
}

/** An app's server, as its tests see it: 2 base units a byte. */
function shop(payee: Payee): Handler {
  const gate = createGate({ payee, price: { amount: 2n, per: 1n }, asset: NATIVE_TOKEN, window: 1024 })
  return (request) => gate.serve(request, resource)
}

describe('a network in memory', () => {
  it('lets a payer buy from a handler, and tells what the payee got', async () => {
    await using network = await createTestNetwork()
    const fetch = fetchFrom(shop(network.payee.payee))
    const response = await network.payer.fetch('http://shop.test/text', { maxAmount: 10_000n, fetch })
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(text)
    await network.settled()
    expect(network.received()).toBe(2n * BigInt(text.length))
  })

  it('refuses what its channel cannot pay', async () => {
    await using network = await createTestNetwork({ deposit: 100n })
    const fetch = fetchFrom(shop(network.payee.payee))
    const bought = network.payer.fetch('http://shop.test/text', { maxAmount: 10_000n, fetch })
    await expect(bought).rejects.toThrow(expect.objectContaining({ code: 'PATH_TOO_SMALL' }))
    expect(network.received()).toBe(0n)
  })

  it('can be several at once, and stopped twice', async () => {
    const networks = await Promise.all([createTestNetwork(), createTestNetwork()])
    for (const network of networks) {
      await network.stop()
      await network.stop()
    }
  })
})

describe('a network on a local chain', () => {
  it('lets a payer buy over sockets, and gives the money on chain to whom it is due', async () => {
    await using network = await startLocalNetwork()
    const server = createServer(toNodeHandler(shop(network.payee.payee))).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const response = await network.payer.fetch(`http://127.0.0.1:${port}/text`, { maxAmount: 10_000n })
    expect(await response.text()).toBe('worth its price\n'.repeat(100))
    await network.settled()
    expect(network.received()).toBe(2n * BigInt(text.length))
    const [channel] = network.payee.engine.channels()
    const closed = await network.payee.engine.closeChannel(channel?.channelId ?? '0x')
    expect(closed.status).toBe('closed')
    // Only the payer's channel is left in the contract: the other one's money has gone to whom it was due.
    const held = await network.chain.rpc<Hex>('eth_getBalance', network.chain.deployed.contract, 'latest')
    expect(BigInt(held)).toBe(10n ** 18n)
    server.closeAllConnections()
    server.close()
  })
})
