import { RpcRequestError, SocketClosedError, WebSocketRequestError } from 'viem'
import {
  type GetSocketParameters,
  getHttpRpcClient,
  getSocketRpcClient,
  type Socket,
  type SocketRpcClient,
} from 'viem/utils'

/** How long an endpoint may take to answer, milliseconds. */
const TIMEOUT_MS = 20_000
/** How long a WebSocket may take to open, milliseconds. */
const OPEN_MS = 10_000
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

export interface SocketOptions {
  /** How long a socket may take to open, milliseconds. Default 10,000. */
  readonly openMs?: number
}

/** A WebSocket, opened by the first question, and again by the first one after it broke. */
export function socketWire(url: string, { openMs = OPEN_MS }: SocketOptions = {}): Wire {
  let opening: Promise<SocketRpcClient<WebSocket>> | undefined
  let isClosed = false
  const open = (): Promise<SocketRpcClient<WebSocket>> => {
    if (isClosed) return Promise.reject(new SocketClosedError({ url }))
    opening ??= openSocket(url, openMs, () => {
      opening = undefined
    })
    return opening
  }
  const reset = async (): Promise<void> => {
    const client = await opening?.catch(() => undefined)
    client?.close()
  }
  const askOne = async (body: Question): Promise<Outcome> => {
    try {
      const client = await open()
      const { error, result } = await client.requestAsync({ body, timeout: TIMEOUT_MS })
      return error === undefined ? { value: result } : { error: new RpcRequestError({ body: { ...body }, error, url }) }
    } catch (error) {
      return { error }
    }
  }
  return {
    takesMany: false,
    ask: (questions) => Promise.all(questions.map(askOne)),
    reset,
    async close() {
      isClosed = true
      await reset()
    },
  }
}

let opened = 0

/** @param onGone Told once the socket is of no use any more, also where it never opened. */
async function openSocket(url: string, openMs: number, onGone: () => void): Promise<SocketRpcClient<WebSocket>> {
  opened += 1
  try {
    return await getSocketRpcClient({
      // A key of its own: what viem keeps of another socket to this address is of no use here.
      key: `${opened}`,
      url,
      // What viem does by itself about a broken socket, it gives up after some attempts, and says on the console.
      keepAlive: false,
      reconnect: false,
      getSocket: async (handlers) => {
        const socket = new WebSocket(url)
        await whenOpen(socket, url, openMs)
        return listening(socket, url, { ...handlers, onGone })
      },
    })
  } catch (error) {
    onGone()
    throw error
  }
}

/** Waits until a socket is open. One that takes too long is let go of. */
function whenOpen(socket: WebSocket, url: string, openMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (cause: Error): void => {
      clearTimeout(timer)
      socket.close()
      reject(new WebSocketRequestError({ url, cause }))
    }
    const timer = setTimeout(() => fail(new Error(`it did not open in ${openMs} ms`)), openMs)
    socket.addEventListener('open', () => {
      clearTimeout(timer)
      resolve()
    })
    socket.addEventListener('error', () => fail(new Error('it could not be opened')))
  })
}

interface SocketHandlers extends GetSocketParameters {
  readonly onGone: () => void
}

/** Passes on what comes from an open socket. */
function listening(socket: WebSocket, url: string, handlers: SocketHandlers): Socket<WebSocket> {
  const closed = new SocketClosedError({ url })
  let isGone = false
  const goOn = (): void => {
    if (isGone) return
    isGone = true
    handlers.onGone()
    handlers.onClose()
  }
  socket.addEventListener('close', goOn)
  socket.addEventListener('error', () => handlers.onError(closed))
  socket.addEventListener('message', ({ data }) => {
    try {
      if (typeof data === 'string' && data.trim() !== '') handlers.onResponse(JSON.parse(data))
    } catch {
      handlers.onError(new WebSocketRequestError({ url, cause: new Error('it says what is no JSON') }))
    }
  })
  const close = socket.close.bind(socket)
  return Object.assign(socket, {
    close() {
      close()
      goOn()
    },
    request({ body }: { readonly body: object }) {
      if (socket.readyState !== WebSocket.OPEN)
        throw new WebSocketRequestError({ body: { ...body }, url, cause: closed })
      socket.send(JSON.stringify(body))
    },
  })
}
