/** What is needed of an answer: a Response of the web has it. */
export interface FetchedResponse extends Pick<Response, 'status' | 'statusText' | 'type' | 'headers'> {
  /** Each piece of an iterable is valid until the next one is asked for. */
  readonly body: ReadableStream<Uint8Array> | AsyncIterable<Uint8Array> | null
}

/** How requests without a body are made: `fetch` of the surroundings does it, and Node has a faster way (`nodeFetch`). */
export type HttpFetch = (url: string, init: FetchInit) => Promise<FetchedResponse>

export interface FetchInit {
  readonly headers: Record<string, string>
  readonly signal: AbortSignal
  readonly redirect: 'manual'
  readonly cache: 'no-store'
  readonly credentials: 'omit'
}

/** The pieces of a body, whatever it is made of. Ending early ends the body. */
export async function* bodyPieces(body: FetchedResponse['body']): AsyncGenerator<Uint8Array> {
  if (body === null) return
  if (!('getReader' in body)) {
    yield* body
    return
  }
  const reader = body.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    yield value
  }
}
