import { PassThrough } from 'node:stream'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { createTabFetch, type SpendingRules } from '@sluice/http'
import { createSeller, type Seller, type TabPayee } from '@sluice/http/sell'
import { memoryPayments, serving } from '@sluice/http/testing'
import { createClientMethod } from '@sluice/mppx'
import { NATIVE_TOKEN } from '@sluice/protocol'
import { createTestNetwork } from '@sluice/testing'
import { McpClient } from 'mppx/mcp/client'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createPayingClient, createToolSeller, type ToolSellerOptions } from './index.ts'

const sellerOf = (payee: TabPayee): Seller => createSeller({ payee, asset: NATIVE_TOKEN, window: 0n })

/** A server with a tool that answers, one that fails, and one that is free. */
function serverOf(seller: Seller, options?: ToolSellerOptions): McpServer {
  const tools = createToolSeller(seller, options)
  const server = new McpServer({ name: 'shop', version: '1' })
  const text = (said: string) => ({ content: [{ type: 'text' as const, text: said }] })
  server.registerTool(
    'weather',
    { inputSchema: { city: z.string() } },
    tools.paid(10n, ({ city }: { city: string }) => text(`sun in ${city}`)),
  )
  server.registerTool(
    'broken',
    { inputSchema: {} },
    tools.paid(10n, () => ({ ...text('broken'), isError: true })),
  )
  server.registerTool('free', { inputSchema: {} }, () => text('free'))
  return server
}

interface Connected extends AsyncDisposable {
  readonly client: Client
}

async function connected(transport: Transport, end: () => Promise<unknown>): Promise<Connected> {
  const client = new Client({ name: 'agent', version: '1' })
  await client.connect(transport)
  return {
    client,
    async [Symbol.asyncDispose]() {
      await client.close()
      await end()
    },
  }
}

type Make = () => McpServer

async function inOneProcess(make: Make): Promise<Connected> {
  const [own, theirs] = InMemoryTransport.createLinkedPair()
  const server = make()
  await server.connect(theirs)
  return connected(own, () => server.close())
}

async function overStdio(make: Make): Promise<Connected> {
  const [there, back] = [new PassThrough(), new PassThrough()]
  const server = make()
  await server.connect(new StdioServerTransport(there, back))
  // Lines of JSON, either way.
  return connected(new StdioServerTransport(back, there), () => server.close())
}

async function overHttp(make: Make): Promise<Connected> {
  const http = await serving(async (request, response) => {
    const server = make()
    const transport = new StreamableHTTPServerTransport({})
    response.on('close', () => void server.close())
    await server.connect(transport as Transport)
    await transport.handleRequest(request, response)
  })
  const transport = new StreamableHTTPClientTransport(new URL(`${http.origin}/mcp`))
  return connected(transport as Transport, async () => http[Symbol.asyncDispose]())
}

/** How a client reaches a server. */
const ways = { 'in one process': inOneProcess, stdio: overStdio, HTTP: overHttp }

const weather = { name: 'weather', arguments: { city: 'Bern' } }

function buying(rules?: SpendingRules) {
  const payments = memoryPayments()
  const buyer = createTabFetch({ payer: payments.payer, ...(rules && { rules }) })
  return { ...payments, buyer, seller: sellerOf(payments.payee) }
}

describe.each(Object.entries(ways))('tools over %s', (_name, connect) => {
  it.each(['result', 'error'] as const)(
    'are bought where their price comes as %s, on one virtual channel',
    async (unpaid) => {
      const { buyer, seller, opened, payments } = buying()
      await using server = await connect(() => serverOf(seller, { unpaid }))
      const tools = createPayingClient(server.client, buyer, { maxAmount: 50n })
      for (let i = 0; i < 3; i++) {
        const result = await tools.callTool(weather)
        expect(result.content).toEqual([{ type: 'text', text: 'sun in Bern' }])
      }
      expect((await tools.callTool({ name: 'broken', arguments: {} })).isError).toBe(true)
      expect((await tools.callTool({ name: 'free', arguments: {} })).content).toEqual([{ type: 'text', text: 'free' }])
      await buyer.stop()
      expect([opened.length, payments.at(-1)]).toEqual([1, 40n])
      // What a broken call was signed for pays for the next one: it is credit, and was not charged.
      expect(opened[0]?.capacity).toBeGreaterThan(40n)
    },
  )

  it.each(['result', 'error'] as const)("are bought by mppx's client where their price comes as %s", async (unpaid) => {
    const { buyer, seller, payments } = buying()
    await using server = await connect(() => serverOf(seller, { unpaid }))
    const { method } = createClientMethod(buyer, { maxAmount: 50n })
    const tools = McpClient.wrap(server.client, { methods: [method] })
    const result = await tools.callTool(weather)
    expect(result.content).toEqual([{ type: 'text', text: 'sun in Bern' }])
    expect(result.receipt).toMatchObject({ method: 'sluice', status: 'success' })
    await buyer.stop()
    expect(payments.at(-1)).toBe(10n)
  })
})

describe('buying tools', () => {
  it('stops at the spending rules, before anything is sent', async () => {
    const { buyer, seller } = buying({ day: 25n })
    await using server = await inOneProcess(() => serverOf(seller))
    const tools = createPayingClient(server.client, buyer, { maxAmount: 50n })
    await tools.callTool(weather)
    await tools.callTool(weather)
    await expect(tools.callTool(weather)).rejects.toMatchObject({ code: 'SPENDING_RULE' })
    const poor = createPayingClient(server.client, buyer, { maxAmount: 9n })
    await expect(poor.callTool(weather)).rejects.toMatchObject({ code: 'OFFER_AMOUNT' })
    await buyer.stop()
  })

  it('does not pay what is offered otherwise, nor for ever', async () => {
    const { buyer } = buying()
    const [own, theirs] = InMemoryTransport.createLinkedPair()
    const server = new McpServer({ name: 'odd', version: '1' })
    const exact = { scheme: 'exact', network: 'eip155:1', amount: '1', asset: '0x', payTo: '0x' }
    const demand = { x402Version: 2, error: 'no', accepts: [exact] }
    const asking = { isError: true, structuredContent: demand, content: [] }
    server.registerTool('exact', {}, () => asking)
    await server.connect(theirs)
    await using connection = await connected(own, () => server.close())
    const tools = createPayingClient(connection.client, buyer, { maxAmount: 9n })
    await expect(tools.callTool({ name: 'exact' })).rejects.toMatchObject({ code: 'TOOL_OFFER_MISSING' })
    await buyer.stop()
  })

  it('ends where a seller refuses again and again', async () => {
    const { buyer, seller, payee } = buying()
    // Another seller makes the offers than the one that takes the payments.
    const other = createSeller({ payee, asset: NATIVE_TOKEN, window: 0n })
    const mixed: Seller = { ...seller, offer: (price) => other.offer(price.map((part) => ({ ...part, amount: 5n }))) }
    await using server = await inOneProcess(() => serverOf(mixed))
    const tools = createPayingClient(server.client, buyer, { maxAmount: 50n })
    await expect(tools.callTool(weather)).rejects.toMatchObject({
      code: 'TOOL_REFUSED',
      details: { code: 'TAB_PRICE' },
    })
    await buyer.stop()
  })

  it('works over a hub, with real keys and signatures', async () => {
    await using network = await createTestNetwork()
    const seller = sellerOf(network.payee.payee)
    await using server = await overHttp(() => serverOf(seller))
    const tools = createPayingClient(server.client, network.payer, { maxAmount: 50n })
    for (let i = 0; i < 3; i++) await tools.callTool(weather)
    await network.payer.closeTabs()
    await network.settled()
    expect(network.received()).toBe(30n)
  })
})
