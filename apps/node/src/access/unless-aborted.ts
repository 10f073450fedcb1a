import { NodeError } from '../errors.ts'

/** What the promise gives, unless the user interrupts first. */
export async function unlessAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  // Once interrupted, nobody waits for the promise any more; its failure is then part of the stopping.
  promise.catch(() => {})
  if (signal.aborted) throw new NodeError('INTERRUPTED')
  let stopListening = () => {}
  const aborted = new Promise<never>((_, reject) => {
    const abort = () => reject(new NodeError('INTERRUPTED'))
    signal.addEventListener('abort', abort, { once: true })
    stopListening = () => signal.removeEventListener('abort', abort)
  })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    stopListening()
  }
}
