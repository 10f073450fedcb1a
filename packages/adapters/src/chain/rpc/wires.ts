import { type Client, createClient, RpcRequestError, type Transport, webSocket } from 'viem'
import { getHttpRpcClient } from 'viem/utils'

/** How long an endpoint may take to answer, milliseconds. */
const TIMEOUT_MS = 20_000
/** Most bytes of an answer. A block's logs of one contract, or a thousand headers, take a tenth of it. */
const ANSWER_BYTES = 32 * 1024 * 1024

/** What is asked, as JSON-RPC has it. */
export interface Question {
  readonly method: string
  readonly params?: unknown
}

export type Outcome = { readonly value: unknown } | { readonly error: unknown }

/** A way to an endpoint. */
export interface Wire {
  /** Whether several questions may share one request. A socket has no requests to share. */
  readonly takesMany: boolean
  /** Asks, together where there are several. Rejects where the request failed as a whole. */
  ask(questions: readonly Question[]): Promise<readonly Outcome[]>
  /** Lets go of a connection that does not answer: the next question opens another. */
  reset(): Promise<void>
  /** Whatever was asked and not answered fails. */
  close(): Promise<void>
}

interface Answer {
  readonly id?: number
  readonly result?: unknown
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown }
}

/** The endpoint answered a request of several questions with one error, or not with one answer for each. */
export class BatchRefused extends Error {
  override readonly name = 'BatchRefused'
}

export function httpWire(url: string): Wire {
  const closing = new AbortController()
  const options = { timeout: TIMEOUT_MS, fetchOptions: { signal: closing.signal }, maxResponseBodySize: ANSWER_BYTES }
  const client = getHttpRpcClient(url, options)
  let count = 0

  const outcomeOf = (body: Question, { error, result }: Answer): Outcome =>
    error === undefined ? { value: result } : { error: new RpcRequestError({ body: { ...body }, error, url }) }

  return {
    takesMany: true,
    async ask(questions) {
      const bodies = questions.map(({ method, params }) => ({ id: ++count, method, params }))
      const [only] = bodies
      if (bodies.length === 1 && only !== undefined)
        return [outcomeOf(only, (await client.request({ body: only })) as Answer)]
      const answers = (await client.request({ body: bodies })) as readonly Answer[]
      // What is answered once for all was refused as a whole.
      if (new Set(answers).size < bodies.length)
        throw new BatchRefused(answers[0]?.error?.message ?? 'one answer for all')
      const byId = new Map(answers.map((answer) => [answer.id, answer]))
      return bodies.map((body) => {
        const answer = byId.get(body.id)
        if (answer === undefined) throw new BatchRefused(`no answer to question ${body.id}`)
        return outcomeOf(body, answer)
      })
    },
    reset: async () => {},
    close: async () => closing.abort(),
  }
}

// What viem does by itself about a broken socket, it gives up after some attempts, and says on the console.
function openSocket(url: string): Client<Transport> {
  const transport = webSocket(url, { retryCount: 0, timeout: TIMEOUT_MS, keepAlive: false, reconnect: false })
  return createClient({ transport, cacheTime: 0 })
}

export function socketWire(url: string): Wire {
  const client = openSocket(url)
  const reset = async (): Promise<void> => {
    const socket = await client.transport.getRpcClient().catch(() => undefined)
    socket?.close()
  }
  const askOne = async (question: Question): Promise<Outcome> => {
    try {
      return { value: await client.request(question as never) }
    } catch (error) {
      return { error }
    }
  }
  return { takesMany: false, ask: (questions) => Promise.all(questions.map(askOne)), reset, close: reset }
}
