import type { Client } from '@modelcontextprotocol/sdk/client/index.js'
import type { SignedPayment, WantedPayment } from '@sluice/http'
import { asObject, type JsonObject, MPP_CREDENTIAL, X402_PAYMENT, X402_RESPONSE, X402_VERSION } from '../dialects.ts'
import { ToolPaymentError } from '../errors.ts'
import { type Demand, demandInError, demandInResult, NOT_FOR_US } from './demand.ts'

/** Whoever pays: a client of `@sluice/client`. */
export interface PaymentSource {
  pay(wanted: WantedPayment): Promise<SignedPayment>
}

export interface PayingClientOptions {
  /** Most for one call, base units. Default: the spending rule for requests of whoever pays. */
  readonly maxAmount?: bigint
  /** Servers are of this machine's network: what they offer may name addresses there. For tests and development. Default false. */
  readonly isLocal?: boolean
  /** What the server is called, as the spending rules and whoever approves are told. Default: the name that it gives itself. */
  readonly origin?: string
}

type CallTool = Client['callTool']
type Result = Awaited<ReturnType<CallTool>>

/** A client of MCP whose calls of tools pay what these ask for. */
export interface PayingClient {
  /**
   * Calls a tool as the client does, and pays if it is asked to. Once a tool has told its price, it is paid with the call.
   *
   * @throws ToolPaymentError, TabError and others why it was not bought; what the client throws.
   */
  callTool: CallTool
}

/** Most attempts of one call: each is refused before anything is run. */
const MAX_TURNS = 3
/** Most tools whose prices are remembered. */
const MAX_TOOLS = 1024

/**
 * Lets a client of MCP buy: by x402's `_meta` or MPP's, whichever the server speaks.
 *
 * @example
 * ```ts
 * const tools = createPayingClient(mcp, client, { maxAmount: 10n ** 15n })
 * const result = await tools.callTool({ name: 'weather', arguments: { city: 'Bern' } })
 * ```
 */
export function createPayingClient(
  client: Pick<Client, 'callTool' | 'getServerVersion'>,
  source: PaymentSource,
  options: PayingClientOptions = {},
): PayingClient {
  const known = new Map<string, Demand>()
  const { maxAmount, isLocal = false } = options

  async function pay({ offer }: Demand): Promise<SignedPayment> {
    const origin = options.origin ?? `mcp:${client.getServerVersion()?.name ?? 'unknown'}`
    return source.pay({ offer, origin, isLocal, ...(maxAmount !== undefined && { maxAmount }) })
  }

  async function callTool(...[params, resultSchema, request]: Parameters<CallTool>): Promise<Result> {
    const tool = params.name
    let demand = known.get(tool)
    for (let turn = 0; ; turn++) {
      const payment = demand === undefined ? undefined : await pay(demand)
      const paid = demand && payment ? { ...params, _meta: { ...params._meta, ...metaOf(demand, payment) } } : params
      const found = await attempt(() => client.callTool(paid, resultSchema, request), payment)
      if (found.demand === undefined) {
        if (demand !== undefined) remember(known, tool, demand)
        return found.result
      }
      if (found.demand === NOT_FOR_US) throw new ToolPaymentError('TOOL_OFFER_MISSING', { tool })
      known.delete(tool)
      payment?.refused(found.demand.error)
      if (payment !== undefined && turn === MAX_TURNS) {
        throw new ToolPaymentError('TOOL_REFUSED', { tool, code: found.demand.error ?? 'PAYMENT_REQUIRED' })
      }
      demand = found.demand
    }
  }
  return { callTool }
}

type Found = { readonly demand: Demand | typeof NOT_FOR_US } | { readonly demand: undefined; readonly result: Result }

/** One call. What came is settled; without an answer the payment counts as spent. */
async function attempt(call: () => Promise<Result>, payment: SignedPayment | undefined): Promise<Found> {
  let result: Result
  try {
    result = await call()
  } catch (error) {
    const demand = demandInError(error)
    if (demand !== undefined) return { demand }
    payment?.settle(undefined)
    throw error
  }
  const demand = demandInResult(result)
  if (demand !== undefined) return { demand }
  payment?.settle(asObject(result._meta)?.[X402_RESPONSE])
  return { demand, result }
}

function metaOf(demand: Demand, { payload }: SignedPayment): JsonObject {
  if (demand.dialect === 'mpp') return { [MPP_CREDENTIAL]: { challenge: demand.challenge, payload } }
  const { offer, resource } = demand
  return { [X402_PAYMENT]: { x402Version: X402_VERSION, resource, accepted: offer, payload } }
}

function remember(known: Map<string, Demand>, tool: string, demand: Demand): void {
  known.delete(tool)
  known.set(tool, demand)
  const [oldest] = known.keys()
  if (known.size > MAX_TOOLS && oldest !== undefined) known.delete(oldest)
}
