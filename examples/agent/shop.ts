import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { createSeller, type Seller, type TabPayee } from '@sluice/http/sell'
import { createToolSeller } from '@sluice/mcp'
import { NATIVE_TOKEN } from '@sluice/protocol'
import { z } from 'zod'

/** What a call costs, base units: one nanoFIL. */
export const PRICE = 1_000_000_000n

/** One seller for all connections: what a payer owes and paid is the same whichever it comes by. */
export const createShop = (payee: TabPayee): Seller => createSeller({ payee, asset: NATIVE_TOKEN, window: 0n })

/** An MCP server with a tool that costs money. */
export function createTools(seller: Seller): McpServer {
  const server = new McpServer({ name: 'dictionary', version: '1.0.0' })
  const lookUp = createToolSeller(seller).paid(PRICE, ({ word }: { word: string }) => ({
    content: [{ type: 'text', text: `${word}: ${word.length} letters, ${new Set(word).size} of them different` }],
  }))
  server.registerTool('look_up', { description: 'Looks up a word', inputSchema: { word: z.string().max(64) } }, lookUp)
  return server
}
