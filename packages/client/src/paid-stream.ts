import type { PaidResponse } from '@sluice/http'

/**
 * The bytes of a paid response as a stream that pays for what is read from it. `ended` is called once: when all is read and paid
 * for, when it failed, and when its reader gave up.
 */
export function paidStream(paid: PaidResponse, ended: () => void): ReadableStream<Uint8Array<ArrayBuffer>> {
  const pieces = paid.body[Symbol.asyncIterator]()
  let accepted = 0
  let isOver = false
  const end = (): void => {
    if (isOver) return
    isOver = true
    ended()
  }
  return new ReadableStream(
    {
      async pull(controller) {
        try {
          const { done, value } = await pieces.next()
          if (done) {
            await paid.settled()
            end()
            controller.close()
            return
          }
          accepted += value.length
          if (paid.offer !== undefined) paid.accept(accepted)
          controller.enqueue(Uint8Array.from(value))
        } catch (error) {
          paid.cancel()
          end()
          throw error
        }
      },
      cancel() {
        paid.cancel()
        end()
      },
    },
    // Nothing is paid for before somebody asks for it.
    { highWaterMark: 0 },
  )
}
