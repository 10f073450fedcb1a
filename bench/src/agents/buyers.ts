import { Client as McpClient } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import type { Paying } from '@sluice/client/payer'
import { createPayingClient } from '@sluice/mcp'
import { createClientMethod } from '@sluice/mppx'
import { NATIVE_TOKEN } from '@sluice/protocol'
import { createClientScheme } from '@sluice/x402'
import { wrapFetchWithPayment, x402Client } from '@x402/fetch'
import { Mppx } from 'mppx/client'
import type { Shops } from './shops.ts'

/** One thing that the agent does: it buys once, and throws where it may not. */
export interface Buyer {
  readonly name: string
  readonly buy: () => Promise<void>
}

/** The agent's ways to buy, all out of one wallet, and how to end them. */
export async function createBuyers(wallet: Paying, shops: Shops) {
  const mcp = new McpClient({ name: 'agent', version: '1.0.0' })
  await mcp.connect(new StreamableHTTPClientTransport(new URL(shops.mcp)) as Transport)
  const buyers: readonly Buyer[] = [
    { name: '@x402/fetch from @x402/express', buy: byX402(wallet, `${shops.x402}/news`) },
    { name: 'client.fetch from @x402/express', buy: byFetch(wallet, `${shops.x402}/news`) },
    { name: 'mppx from mppx', buy: byMpp(wallet, shops.mpp) },
    { name: 'a tool over MCP', buy: byMcp(wallet, mcp) },
    { name: 'client.fetch from our gate', buy: byFetch(wallet, shops.gate) },
  ]
  return { buyers, stop: () => mcp.close() }
}

function byX402(wallet: Paying, url: string) {
  const client = new x402Client().register('eip155:*', createClientScheme(wallet, { isLocal: true }))
  client.setSpendControls({ allowedAssets: [{ network: 'eip155:*', asset: NATIVE_TOKEN }] })
  const paid = wrapFetchWithPayment(fetch, client)
  return async () => read(await paid(url))
}

function byMpp(wallet: Paying, url: string) {
  const { method, observe } = createClientMethod(wallet, { isLocal: true })
  const mppx = Mppx.create({ methods: [method], polyfill: false })
  observe(mppx)
  return async () => read(await mppx.fetch(url))
}

function byMcp(wallet: Paying, mcp: McpClient) {
  const tools = createPayingClient(mcp, wallet, { isLocal: true })
  return async () => {
    const { isError } = await tools.callTool({ name: 'translate' })
    if (isError) throw new Error('the tool failed')
  }
}

function byFetch(wallet: Paying, url: string) {
  return async () => read(await wallet.fetch(url))
}

async function read(response: Response): Promise<void> {
  await response.arrayBuffer()
  if (!response.ok) throw new Error(`a request was answered ${response.status}`)
}
