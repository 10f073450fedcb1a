import { BaseError, createPublicClient, HttpRequestError, http, type PublicClient, TimeoutError, webSocket } from 'viem'
import { ChainError } from './errors.ts'

/** How long a node may take to answer, milliseconds. */
const TIMEOUT_MS = 20_000

/** A question that went unanswered is asked again at once, so often; a chain that is gone is another matter, for whoever asks. */
const RETRIES = { retryCount: 3, retryDelay: 50 }

/** A chain's RPC, by viem. */
export interface Rpc {
  readonly url: string
  readonly client: PublicClient
  /** Whatever was asked and not answered fails. */
  close(): void
}

/** Speaks JSON-RPC over HTTP or a WebSocket, as the address says. */
export function openRpc(url: string): Rpc {
  const isSocket = /^wss?:/.test(url)
  const closing = new AbortController()
  const transport = isSocket
    ? webSocket(url, { ...RETRIES, timeout: TIMEOUT_MS, keepAlive: false, reconnect: true })
    : http(url, { ...RETRIES, timeout: TIMEOUT_MS, fetchOptions: { signal: closing.signal } })
  const client: PublicClient = createPublicClient({ transport, cacheTime: 0 })
  return {
    url,
    client,
    close() {
      closing.abort()
      if (client.transport.type !== 'webSocket') return
      const opened: Promise<{ close(): void }> = client.transport.getRpcClient()
      opened.then((socket) => socket.close()).catch(() => {})
    },
  }
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

/** What a failed question to the chain means: nobody answered, or the answer is no. */
export function rpcError(url: string, method: string, cause: unknown): ChainError {
  if (cause instanceof ChainError) return cause
  const reason = reasonOf(cause)
  if (isSilence(cause)) return new ChainError('CHAIN_UNREACHABLE', { url, reason }, cause)
  return new ChainError('CHAIN_RPC_FAILED', { url, method, reason }, cause)
}
