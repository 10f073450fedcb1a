import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { toNodeListener } from '@sluice/http/node'
import { createSeller, type Seller, type TabPayee } from '@sluice/http/sell'
import { createToolSeller } from '@sluice/mcp'
import { createServerMethod } from '@sluice/mppx'
import { NATIVE_TOKEN } from '@sluice/protocol'
import { createServerScheme } from '@sluice/x402'
import { paymentMiddleware, x402ResourceServer } from '@x402/express'
import express from 'express'
import { Mppx } from 'mppx/server'

/** What each thing costs, base units. */
export const PRICE = 10n ** 12n

/** Four servers, each by its own dialect, of one payee. */
export interface Shops extends AsyncDisposable {
  readonly x402: string
  readonly mpp: string
  readonly mcp: string
  readonly gate: string
}

/** Starts them on free ports of the loopback interface. */
export async function startShops(payee: TabPayee): Promise<Shops> {
  const seller = createSeller({ payee, asset: NATIVE_TOKEN, window: 100n * PRICE })
  const servers = await Promise.all(
    [x402Shop(seller, payee), mppShop(seller), toolShop(seller), gateShop(seller)].map(listening),
  )
  const [x402 = '', mpp = '', mcp = '', gate = ''] = servers.map(({ origin }) => origin)
  return {
    x402,
    mpp,
    mcp,
    gate,
    async [Symbol.asyncDispose]() {
      await Promise.all(servers.map(({ stop }) => stop()))
    },
  }
}

async function listening(listener: RequestListener) {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const stop = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { origin: `http://127.0.0.1:${port}`, stop }
}

function x402Shop(seller: Seller, { account, network }: TabPayee): RequestListener {
  const { scheme, facilitator } = createServerScheme(seller)
  const named = network as `${string}:${string}`
  const price = { asset: NATIVE_TOKEN, amount: String(PRICE) }
  const accepts = { scheme: 'sluice', network: named, payTo: account, price }
  const app = express()
  app.use(paymentMiddleware({ '/news': { accepts } }, new x402ResourceServer(facilitator).register(named, scheme)))
  app.get('/news', (_request, response) => void response.json({ news: 'a block was mined' }))
  return app
}

function mppShop(seller: Seller): RequestListener {
  const secretKey = [crypto.randomUUID(), crypto.randomUUID()].join()
  const mppx = Mppx.create({ methods: [createServerMethod(seller)], secretKey, realm: '127.0.0.1' })
  return toNodeListener(async (request) => {
    const paid = await mppx.sluice.session({ amount: String(PRICE) })(request)
    return paid.status === 402 ? paid.challenge : paid.withReceipt(Response.json({ rate: 1.5 }))
  })
}

function toolShop(seller: Seller): RequestListener {
  const translate = createToolSeller(seller).paid(PRICE, () => ({ content: [{ type: 'text', text: 'guten Tag' }] }))
  return async (request, response) => {
    const server = new McpServer({ name: 'translator', version: '1.0.0' })
    server.registerTool('translate', {}, (extra) => translate({}, extra))
    const transport = new StreamableHTTPServerTransport({})
    response.on('close', () => void server.close())
    await server.connect(transport as Transport)
    await transport.handleRequest(request, response)
  }
}

function gateShop(seller: Seller): RequestListener {
  return toNodeListener(seller.paid(() => Response.json({ sun: true }), { price: [{ unit: 'call', amount: PRICE }] }))
}
