import type { Address, Hex } from '@sluice/protocol'
import {
  BaseError,
  type Client,
  createClient,
  HttpRequestError,
  http,
  TimeoutError,
  type Transport,
  toHex,
  UnknownRpcError,
  webSocket,
} from 'viem'
import { ChainError } from './errors.ts'

/** How long a node may take to answer, milliseconds. */
const TIMEOUT_MS = 20_000

/** A question that went unanswered is asked again at once, so often; a chain that is gone is another matter, for whoever asks. */
const RETRIES = { retryCount: 3, retryDelay: 50 }

/** A chain's RPC, by viem. */
export interface Rpc {
  readonly url: string
  readonly client: Client<Transport, undefined, undefined>
  /** Lets go of a connection that does not answer: the next question opens another. */
  reset(): Promise<void>
  /** Whatever was asked and not answered fails. */
  close(): Promise<void>
}

/** A call as it would be sent. `value` and fees: native base units. */
export interface EstimatedCall {
  readonly from: Address
  readonly to: Address
  readonly data: Hex
  readonly value: bigint
  readonly maxFeePerGas?: bigint
  readonly maxPriorityFeePerGas?: bigint
  /** Most gas that it is tried with. Default: what the node takes. */
  readonly gas?: bigint
}

// What viem does by itself about a broken socket, it gives up after some attempts, and says on the console.
function openSocketRpc(url: string): Rpc {
  const transport = webSocket(url, { ...RETRIES, timeout: TIMEOUT_MS, keepAlive: false, reconnect: false })
  const client = createClient({ transport, cacheTime: 0 })
  const reset = async (): Promise<void> => {
    const socket = await client.transport.getRpcClient().catch(() => undefined)
    socket?.close()
  }
  return { url, client, reset, close: reset }
}

function openHttpRpc(url: string): Rpc {
  const closing = new AbortController()
  const transport = http(url, { ...RETRIES, timeout: TIMEOUT_MS, fetchOptions: { signal: closing.signal } })
  return {
    url,
    client: createClient({ transport, cacheTime: 0 }),
    reset: async () => {},
    close: async () => closing.abort(),
  }
}

/** Speaks JSON-RPC over HTTP or a WebSocket, as the address says. */
export function openRpc(url: string): Rpc {
  return /^wss?:/.test(url) ? openSocketRpc(url) : openHttpRpc(url)
}

/** What a contract answers to a call by nobody, as of the newest block. `0x` where there is none. */
export async function readCall({ client }: Rpc, to: Address, data: Hex): Promise<Hex> {
  return client.request({ method: 'eth_call', params: [{ to, data }, 'latest'] })
}

/** Native base units of an account as of the newest block. */
export async function readBalance({ client }: Rpc, account: Address): Promise<bigint> {
  return BigInt(await client.request({ method: 'eth_getBalance', params: [account, 'latest'] }))
}

/** How much gas a call takes as of the newest block. The reason of a revert is in what it rejects with. */
export async function estimateCall({ client }: Rpc, call: EstimatedCall): Promise<bigint> {
  const { from, to, data, value, gas, maxFeePerGas, maxPriorityFeePerGas } = call
  const request = {
    from,
    to,
    data,
    value: toHex(value),
    ...(gas !== undefined && { gas: toHex(gas) }),
    ...(maxFeePerGas !== undefined && { maxFeePerGas: toHex(maxFeePerGas) }),
    ...(maxPriorityFeePerGas !== undefined && { maxPriorityFeePerGas: toHex(maxPriorityFeePerGas) }),
  }
  return BigInt(await client.request({ method: 'eth_estimateGas', params: [request] }))
}

/** The message without viem's block of advice and versions. */
export function reasonOf(cause: unknown): string {
  if (cause instanceof BaseError) {
    const deepest = cause.walk()
    const text = deepest instanceof BaseError ? deepest.details || deepest.shortMessage : deepest?.message
    return (text ?? cause.shortMessage).split('\n')[0] ?? ''
  }
  return cause instanceof Error ? cause.message : String(cause)
}

const isSilence = (cause: unknown): boolean =>
  cause instanceof BaseError &&
  cause.walk(
    (error) =>
      (error instanceof HttpRequestError && (error.status === undefined || error.status >= 500)) ||
      error instanceof TimeoutError ||
      (error instanceof Error && /Socket(Request|Closed)/.test(error.name)),
  ) !== null

/** A socket that fails says so by an event, which viem wraps as an error of unknown origin. */
function isEvent(cause: unknown): boolean {
  const unknown = cause instanceof BaseError ? cause.walk((error) => error instanceof UnknownRpcError) : null
  return unknown instanceof Error && !(unknown.cause instanceof Error)
}

/** What a failed question to the chain means: nobody answered, or the answer is no. */
export function rpcError(url: string, method: string, cause: unknown): ChainError {
  if (cause instanceof ChainError) return cause
  const reason = reasonOf(cause) || 'the connection failed'
  const isBrokenSocket = /^wss?:/.test(url) && isEvent(cause)
  if (isBrokenSocket || isSilence(cause)) return new ChainError('CHAIN_UNREACHABLE', { url, reason }, cause)
  return new ChainError('CHAIN_RPC_FAILED', { url, method, reason }, cause)
}
