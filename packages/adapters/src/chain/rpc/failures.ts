import { BaseError, BlockNotFoundError, HttpRequestError, RpcRequestError, TimeoutError, UnknownRpcError } from 'viem'
import { ChainError } from '../errors.ts'

/** Why a question has no answer: nobody spoke, the endpoint asks for patience, or it says no. */
export type FailureKind = 'silent' | 'busy' | 'refused'

const kinds: ReadonlyMap<string, FailureKind> = new Map([
  ['CHAIN_UNREACHABLE', 'silent'],
  ['CHAIN_BUSY', 'busy'],
] as const)

const BUSY_STATUS = 429
const BUSY_CODES: readonly number[] = [429, -32007]
const BUSY_WORDS =
  /rate.?limit|too many requests|request limit|request count|compute units|throughput|capacity|slow down|throttl/i

/** Lotus' error of a height without a block, and the words that older versions and other nodes have for it. */
const NULL_ROUND_CODE = 12
const NULL_ROUND_WORDS = /null round/i
/** Of a block that an endpoint does not have, or not yet. */
const UNKNOWN_BLOCK_WORDS =
  /future epoch|could not find|failed to get tipset|at or greater than head|unknown block|(block|header) (was )?not found|past the head|beyond/i

function find<E extends Error>(cause: unknown, is: (error: Error) => error is E): E | undefined {
  for (let error = cause; error instanceof Error; error = error.cause) if (is(error)) return error
  return undefined
}

const isHttp = (error: Error): error is HttpRequestError => error instanceof HttpRequestError
const isRpc = (error: Error): error is RpcRequestError => error instanceof RpcRequestError

/** The HTTP status that came with it, if one did. */
export function statusOf(cause: unknown): number | undefined {
  return find(cause, isHttp)?.status ?? find(cause, isRpc)?.status
}

/** The code of JSON-RPC, if the endpoint answered with one. */
export const codeOf = (cause: unknown): number | undefined => find(cause, isRpc)?.code

/** How long the endpoint asks for patience, milliseconds; undefined if it does not say. */
export function retryAfterOf(cause: unknown, now: number): number | undefined {
  const headers = find(cause, isHttp)?.headers ?? find(cause, isRpc)?.headers
  const text = headers?.get('retry-after')
  if (text == null) return undefined
  const wait = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now
  return Number.isNaN(wait) ? undefined : Math.max(0, wait)
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

/** All that the endpoint said in words, the data that came with it too: some say there alone what is wrong. */
export function wordsOf(cause: unknown): string {
  const data: unknown = find(cause, isRpc)?.data
  const more = typeof data === 'object' && data !== null ? JSON.stringify(data) : typeof data === 'string' ? data : ''
  return `${reasonOf(cause)} ${more}`.slice(0, 1_000)
}

/** Whether the endpoint says that it was asked too much. */
function isBusy(cause: unknown): boolean {
  const code = codeOf(cause)
  return (
    statusOf(cause) === BUSY_STATUS ||
    (code !== undefined && (BUSY_CODES.includes(code) || BUSY_WORDS.test(wordsOf(cause))))
  )
}

/** A socket that fails says so by an event, which viem wraps as an error of unknown origin. */
function isEvent(cause: unknown): boolean {
  const unknown = find(cause, (error): error is UnknownRpcError => error instanceof UnknownRpcError)
  return unknown !== undefined && !(unknown.cause instanceof Error)
}

function isSilent(cause: unknown): boolean {
  const http = find(cause, isHttp)
  if (http !== undefined) return http.status === undefined || http.status >= 500
  const isLost = (error: Error): error is Error =>
    error instanceof TimeoutError || /Socket(Request|Closed)/.test(error.name)
  return find(cause, isLost) !== undefined || isEvent(cause)
}

/** What a failed question to an endpoint means. */
export function kindOf(cause: unknown): FailureKind {
  if (cause instanceof ChainError) return kinds.get(cause.code) ?? 'refused'
  if (isBusy(cause)) return 'busy'
  return isSilent(cause) ? 'silent' : 'refused'
}

/** Whether the endpoint says that a height has no block, and never will. */
export function isNullRound(cause: unknown): boolean {
  return codeOf(cause) === NULL_ROUND_CODE || NULL_ROUND_WORDS.test(wordsOf(cause))
}

/** Whether the endpoint says that it does not know a block: it is behind, on another branch, or asked for what is no block. */
export function isUnknownBlock(cause: unknown): boolean {
  return (
    cause instanceof BlockNotFoundError || (codeOf(cause) !== undefined && UNKNOWN_BLOCK_WORDS.test(wordsOf(cause)))
  )
}

/** The typed error of a failed question to the chain. */
export function rpcError(url: string, method: string, cause: unknown): ChainError {
  if (cause instanceof ChainError) return cause
  const reason = reasonOf(cause) || 'the connection failed'
  switch (kindOf(cause)) {
    case 'silent':
      return new ChainError('CHAIN_UNREACHABLE', { url, reason }, cause)
    case 'busy':
      return new ChainError('CHAIN_BUSY', { url, reason }, cause)
    case 'refused':
      return new ChainError('CHAIN_RPC_FAILED', { url, method, reason }, cause)
  }
}
