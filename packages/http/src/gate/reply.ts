import { SluiceError } from '@sluice/protocol'

/** What is asked: a web-standard Request has this form. */
export type RequestLike = Pick<Request, 'method' | 'url' | 'headers' | 'signal'>

/** What is answered: a Response that can also carry a trailer. */
export interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly body?: AsyncIterable<Uint8Array>
  /** The fields of the trailer, asked for once the body has ended. */
  trailer?(): Readonly<Record<string, string>>
}

/** Something that answers requests. Never rejects for what the request brings. */
export type Handler = (request: RequestLike) => Promise<Reply>

async function* single(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

/** An answer with a JSON body. */
export function jsonReply(status: number, value: object, headers: Readonly<Record<string, string>> = {}): Reply {
  const bytes = new TextEncoder().encode(`${JSON.stringify(value)}\n`)
  const all = new Headers({ 'Content-Type': 'application/json', 'Cache-Control': 'no-store', ...headers })
  all.set('Content-Length', String(bytes.length))
  return { status, headers: all, body: single(bytes) }
}

/** An answer with an error's code, what is wrong and what to do next. */
export function errorReply(status: number, error: SluiceError, headers?: Readonly<Record<string, string>>): Reply {
  return jsonReply(status, { code: error.code, message: error.message, action: error.action }, headers)
}

/** The same answer without its body: what HEAD gets. */
export function withoutBody({ status, headers }: Reply): Reply {
  return { status, headers }
}

/**
 * The answer as a web-standard Response, for frameworks and service workers. The trailer is lost: they have none.
 *
 * @example `export default { fetch: async (request: Request) => toResponse(await handler(request)) }`
 */
export function toResponse({ status, headers, body }: Reply): Response {
  return new Response(body === undefined ? null : toStream(body), { status, headers })
}

function toStream(body: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const iterator = body[Symbol.asyncIterator]()
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await iterator.next()
        if (done) controller.close()
        else controller.enqueue(value)
      },
      async cancel() {
        await iterator.return?.()
      },
    },
    { highWaterMark: 0 },
  )
}

/** Whether an error may be shown to whoever asked. */
export const isTellable = (error: unknown): error is SluiceError => error instanceof SluiceError
