import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js'
import type { SpendingRules, TabFetchInit } from '@sluice/http'
import { SluiceError } from '@sluice/protocol'
import * as z from 'zod'
import { readText } from './read-text.ts'
import { History, type Wallet } from './wallet.ts'

export interface WalletServerOptions {
  /** Most bytes of an answer that an agent is given. Default 256 KiB: the rest is neither read nor paid for. */
  readonly maxBytes?: number
  readonly version?: string
}

const AMOUNT = z.string().regex(/^(?:0|[1-9]\d{0,38})$/)

/**
 * A server of MCP that gives an agent a wallet: it fetches what costs money within rules that the agent cannot change, and says what there is and
 * what was spent. Whatever it refuses is a result with `isError` and the code, the message and what to do.
 *
 * @example `await createWalletServer(wallet).connect(new StdioServerTransport())`
 */
export function createWalletServer(wallet: Wallet, options: WalletServerOptions = {}): McpServer {
  const { maxBytes = 256 * 1024, version = '0.1.0' } = options
  const history = new History()
  const server = new McpServer({ name: 'sluice', version })
  server.registerTool(
    'balance',
    { description: 'What can be spent, for each channel, in base units of its token (10^18 are one FIL).' },
    async () =>
      answer({ channels: (await wallet.balances()).map((one) => ({ ...one, spendable: String(one.spendable) })) }),
  )
  server.registerTool(
    'limits',
    { description: 'The rules that bound spending, in base units. They hold for all that is bought here.' },
    () => answer(limitsOf(wallet.rules)),
  )
  server.registerTool(
    'history',
    {
      description: 'What was bought and refused here, the newest last.',
      inputSchema: { count: z.number().int().min(1).max(100).optional() },
    },
    ({ count = 20 }) => answer({ purchases: history.newest(count) }),
  )
  server.registerTool(
    'fetch',
    {
      description: 'Fetches a url, and pays what its server asks for, within the limits. The answer is text.',
      inputSchema: {
        url: z.url({ protocol: /^https?$/ }),
        method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).optional(),
        body: z
          .string()
          .max(1024 * 1024)
          .optional(),
        headers: z.record(z.string(), z.string()).optional(),
        maxAmount: AMOUNT.describe('most that this request may cost, base units; never above the limits').optional(),
      },
    },
    async (wanted, { signal }) => {
      try {
        return await buy(wallet, history, wanted, maxBytes, signal)
      } catch (error) {
        return refusal(error)
      }
    },
  )
  return server
}

interface Wanted {
  readonly url: string
  readonly method?: string | undefined
  readonly body?: string | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly maxAmount?: string | undefined
}

async function buy(
  wallet: Wallet,
  history: History,
  { url, method = 'GET', body, headers = {}, maxAmount }: Wanted,
  maxBytes: number,
  signal: AbortSignal,
): Promise<CallToolResult> {
  const note = history.add({ time: new Date().toISOString(), url })
  let charged: bigint | undefined
  const init: TabFetchInit = {
    method,
    headers,
    signal,
    ...(body !== undefined && { body }),
    ...(maxAmount !== undefined && { maxAmount: BigInt(maxAmount) }),
    onReceipt(receipt) {
      charged = receipt.charged
      note({ charged: String(receipt.charged), payee: receipt.payee })
    },
  }
  try {
    const response = await wallet.fetch(url, init)
    const { status } = response
    note({ status })
    const { text, isWhole } = await readText(response, maxBytes)
    const type = response.headers.get('Content-Type') ?? ''
    const facts = { status, type, isWhole, ...(charged !== undefined && { charged: String(charged) }) }
    return { content: [{ type: 'text', text }], structuredContent: facts, isError: status >= 400 }
  } catch (error) {
    note({ refused: error instanceof SluiceError ? error.code : 'FAILED' })
    throw error
  }
}

function limitsOf({ request, payee, hour, day, payees, approve }: SpendingRules): Record<string, unknown> {
  const amounts = { request, payee, hour, day, approveAbove: approve?.above }
  const known = Object.entries(amounts).filter(([, amount]) => amount !== undefined)
  return { ...Object.fromEntries(known.map(([name, amount]) => [name, String(amount)])), ...(payees && { payees }) }
}

function answer(structuredContent: Record<string, unknown>): CallToolResult {
  return { content: [{ type: 'text', text: JSON.stringify(structuredContent) }], structuredContent }
}

function refusal(error: unknown): CallToolResult {
  const told =
    error instanceof SluiceError
      ? { code: error.code, message: error.message, action: error.action, details: error.details }
      : { code: 'FAILED', message: error instanceof Error ? error.message : String(error) }
  const plain = JSON.stringify(told, (_name, value) => (typeof value === 'bigint' ? String(value) : value))
  return { isError: true, content: [{ type: 'text', text: plain }], structuredContent: JSON.parse(plain) }
}
