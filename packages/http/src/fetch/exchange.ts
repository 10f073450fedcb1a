import { HttpError } from '../errors.ts'
import type { Timers } from '../ports.ts'
import { within } from '../timers.ts'
import { bodyPieces, type FetchedResponse, type HttpFetch } from './http-fetch.ts'

/** How requests are made. */
export interface Exchange {
  readonly fetch: HttpFetch
  readonly timers: Timers
  /** Milliseconds without a byte after which the provider counts as stopped. */
  readonly stallTimeout: number
  /** Aborts everything. */
  readonly signal: AbortSignal
  /** Sent with every request. */
  readonly headers: Readonly<Record<string, string>>
}

/** One answer, and the way to end it. */
export interface Answer {
  readonly response: FetchedResponse
  /** Ends the exchange: nothing more is read. */
  end(reason?: unknown): void
}

const MAX_REASON = 2048
/** A reason is not worth waiting for longer, milliseconds. */
const REASON_TIME = 5_000

/**
 * Asks, and checks that the answer is one that can be paid for: no redirect, no content encoding.
 *
 * @throws HttpError `SERVER_UNREACHABLE`, `PROVIDER_STALLED`, `RESPONSE_REDIRECT`, `RESPONSE_ENCODED`.
 */
export async function ask(
  exchange: Exchange,
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const control = new AbortController()
  const stop = follow(exchange.signal, control)
  const answer = await respond(exchange, url, headers, control).catch((error: unknown) => {
    stop()
    throw error
  })
  return {
    response: answer,
    end(reason) {
      stop()
      control.abort(reason)
    },
  }
}

function follow(signal: AbortSignal, control: AbortController): () => void {
  const abort = () => control.abort(signal.reason)
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort, { once: true })
  return () => signal.removeEventListener('abort', abort)
}

async function respond(
  { fetch, timers, stallTimeout, signal, headers: common }: Exchange,
  url: string,
  headers: Readonly<Record<string, string>>,
  control: AbortController,
): Promise<FetchedResponse> {
  const late = () => new HttpError('PROVIDER_STALLED', { milliseconds: stallTimeout, offset: 0 })
  const response = await within(timers, stallTimeout, late, [], async (limit) => {
    const stop = follow(limit, control)
    try {
      return await fetch(url, {
        headers: { 'Accept-Encoding': 'identity', ...common, ...headers },
        redirect: 'manual',
        cache: 'no-store',
        credentials: 'omit',
        signal: control.signal,
      })
    } catch (cause) {
      if (signal.aborted) throw signal.reason
      if (limit.aborted) throw limit.reason
      throw new HttpError('SERVER_UNREACHABLE', { url }, cause)
    } finally {
      stop()
    }
  })
  const problem = unfit(response)
  if (problem === undefined) return response
  control.abort(problem)
  throw problem
}

function unfit(response: FetchedResponse): HttpError | undefined {
  const isRedirect = response.type === 'opaqueredirect' || (response.status >= 300 && response.status < 400)
  if (isRedirect && response.status !== 304) return new HttpError('RESPONSE_REDIRECT')
  const encoding = response.headers.get('Content-Encoding')
  if (encoding !== null && encoding !== 'identity') return new HttpError('RESPONSE_ENCODED', { encoding })
  return undefined
}

/** The pieces of an answer's body. Each must come within the stall time-out. */
export async function* pieces(exchange: Exchange, answer: Answer, offset: number): AsyncGenerator<Uint8Array> {
  const body = bodyPieces(answer.response.body)
  let at = offset
  try {
    for (;;) {
      const late = () => new HttpError('PROVIDER_STALLED', { milliseconds: exchange.stallTimeout, offset: at })
      const { done, value } = await withinStall(exchange, late, answer, () => body.next())
      if (done) return
      at += value.length
      yield value
    }
  } finally {
    answer.end()
  }
}

async function withinStall<T>(
  exchange: Exchange,
  late: () => Error,
  answer: Answer,
  work: () => Promise<T>,
): Promise<T> {
  let stalled: Error | undefined
  const cancel = exchange.timers.after(exchange.stallTimeout, () => {
    stalled = late()
    answer.end(stalled)
  })
  try {
    return await work()
  } catch (error) {
    if (exchange.signal.aborted) throw exchange.signal.reason
    throw stalled ?? error
  } finally {
    cancel()
  }
}

/** What an answer without success says, cut short and without control characters: it is somebody else's text. */
export async function reasonOf(exchange: Exchange, answer: Answer): Promise<string> {
  let text = ''
  const decoder = new TextDecoder()
  const cancel = exchange.timers.after(REASON_TIME, () => answer.end())
  try {
    for await (const piece of pieces(exchange, answer, 0)) {
      text += decoder.decode(piece, { stream: true })
      if (text.length > MAX_REASON) break
    }
  } catch {
    // The status alone has to do.
  } finally {
    cancel()
  }
  return clean(messageIn(text) ?? (answer.response.statusText || 'no reason given'))
}

function messageIn(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text)
    const message = typeof value === 'object' && value !== null && 'message' in value ? value.message : undefined
    return typeof message === 'string' ? message : undefined
  } catch {
    return undefined
  }
}

/** Somebody else's text as one short line that a terminal can show. */
export function clean(text: string): string {
  return text.replace(/\p{C}+/gu, ' ').slice(0, 300)
}
