import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js'
import {
  type CallToolResult,
  McpError,
  type ServerNotification,
  type ServerRequest,
} from '@modelcontextprotocol/sdk/types.js'
import type { Seller, TakenPayment } from '@sluice/http/sell'
import {
  asObject,
  INTENT,
  type JsonObject,
  MPP_CREDENTIAL,
  MPP_RECEIPT,
  MPP_REQUIRED,
  mppRequest,
  type Offer,
  PAYMENT_REFUSED,
  PAYMENT_REQUIRED,
  SCHEME,
  X402_PAYMENT,
  X402_RESPONSE,
  X402_VERSION,
} from '../dialects.ts'

export type ToolExtra = RequestHandlerExtra<ServerRequest, ServerNotification>

/** What a tool does, as `McpServer.registerTool` takes it. */
export type ToolHandler<Args> = (args: Args, extra: ToolExtra) => CallToolResult | Promise<CallToolResult>

export interface ToolSellerOptions {
  /** Names the server in challenges of MPP. Default `mcp`. */
  readonly realm?: string
  /**
   * How a call without a payment is answered: by a result that clients of x402 and of MPP read (default), or by MPP's error -32042 with the
   * same in its data.
   */
  readonly unpaid?: 'result' | 'error'
}

/** Sells what the tools of an MCP server answer. */
export interface ToolSeller {
  /**
   * The handler of a tool with a price. A call is charged before it is run, and given its money back where the handler throws or answers with
   * `isError`.
   *
   * @param amount What a call costs, base units of the seller's token.
   */
  paid<Args>(amount: bigint, handler: ToolHandler<Args>): ToolHandler<Args>
}

/**
 * Sells tools by both dialects: x402's `_meta` and MPP's. Payments are on the same tabs as those of the seller's own gate.
 *
 * @example
 * ```ts
 * const tools = createToolSeller(seller)
 * const weather = tools.paid(1000n, () => ({ content: [{ type: 'text', text: 'sun' }] }))
 * ```
 */
export function createToolSeller(
  seller: Seller,
  { realm = 'mcp', unpaid = 'result' }: ToolSellerOptions = {},
): ToolSeller {
  return {
    paid(amount, handler) {
      const price = [{ unit: 'call', amount }]
      const demand = (error?: string): CallToolResult => {
        const offer = seller.offer(price) as Offer
        return unpaid === 'error' ? demandByError(offer, realm, error) : demandByResult(offer, realm, error)
      }
      return async (args, extra) => {
        const payment = paymentIn(extra._meta)
        if (payment === undefined) return demand()
        let taken: TakenPayment
        try {
          taken = await seller.take(payment.payload, price, extra.signal)
        } catch (error) {
          return demand(seller.refusal(error).errorReason)
        }
        return run(taken, payment.challengeId, () => handler(args, extra))
      }
    },
  }
}

async function run(
  taken: TakenPayment,
  challengeId: string | undefined,
  handle: () => CallToolResult | Promise<CallToolResult>,
): Promise<CallToolResult> {
  let result: CallToolResult
  try {
    result = await handle()
  } catch (error) {
    taken.refund()
    throw error
  }
  const isFailed = result.isError === true
  const answer = isFailed ? taken.refund() : taken.settle()
  const receipt = {
    method: SCHEME,
    reference: taken.id,
    status: 'success',
    timestamp: new Date().toISOString(),
    challengeId,
  }
  const mpp = challengeId === undefined || isFailed ? {} : { [MPP_RECEIPT]: receipt }
  return { ...result, _meta: { ...result._meta, [X402_RESPONSE]: answer, ...mpp } }
}

/** A payment by either dialect. What it says is judged by the seller. */
function paymentIn(meta: unknown): { readonly payload: unknown; readonly challengeId?: string } | undefined {
  const fields = asObject(meta) ?? {}
  const byX402 = fields[X402_PAYMENT]
  if (byX402 !== undefined) return { payload: asObject(byX402)?.payload }
  const credential = fields[MPP_CREDENTIAL]
  if (credential === undefined) return undefined
  const { challenge, payload } = asObject(credential) ?? {}
  const id = asObject(challenge)?.id
  return { payload, challengeId: typeof id === 'string' ? id : '' }
}

function challengesFor(offer: Offer, realm: string): JsonObject {
  // The payment itself is bound to the price and taken once: the challenge has nothing to keep.
  const challenge = { id: crypto.randomUUID(), realm, method: SCHEME, intent: INTENT, request: mppRequest(offer) }
  return { httpStatus: 402, challenges: [challenge] }
}

function required(offer: Offer, error = 'PAYMENT_REQUIRED'): JsonObject {
  return { x402Version: X402_VERSION, error, resource: { url: 'mcp://tool' }, accepts: [offer] }
}

function demandByResult(offer: Offer, realm: string, error: string | undefined): CallToolResult {
  const structuredContent = { ...required(offer, error) }
  return {
    isError: true,
    content: [{ type: 'text', text: JSON.stringify(structuredContent) }],
    structuredContent,
    _meta: { [MPP_REQUIRED]: challengesFor(offer, realm) },
  }
}

function demandByError(offer: Offer, realm: string, error: string | undefined): never {
  const code = error === undefined ? PAYMENT_REQUIRED : PAYMENT_REFUSED
  throw new McpError(code, error ?? 'Payment required', { ...required(offer, error), ...challengesFor(offer, realm) })
}
