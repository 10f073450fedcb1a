/**
 * What a generator makes as the body of an answer, texts as UTF-8. Nothing is asked of it before the client has taken what came before.
 *
 * @example `new Response(streamOf(events()), { headers: { 'Content-Type': 'text/event-stream' } })`
 */
export function streamOf(source: AsyncIterable<Uint8Array | string>): ReadableStream<Uint8Array<ArrayBuffer>> {
  const iterator = source[Symbol.asyncIterator]()
  const encoder = new TextEncoder()
  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        const { done, value } = await iterator.next()
        if (done) controller.close()
        else controller.enqueue(typeof value === 'string' ? encoder.encode(value) : Uint8Array.from(value))
      },
      async cancel() {
        await iterator.return?.()
      },
    },
    { highWaterMark: 0 },
  )
}
