import { SluiceError } from '@sluice/protocol'
import { expect } from 'vitest'

/** Runs what must throw an error with this code, and answers the error. */
export function expectCode(run: () => unknown, code: string): SluiceError {
  try {
    run()
  } catch (error) {
    return hasCode(error, code)
  }
  throw new Error(`nothing was thrown where ${code} was expected`)
}

/** Awaits what must reject with an error of this code, and answers the error. */
export async function rejectCode(promise: Promise<unknown>, code: string): Promise<SluiceError> {
  const outcome = await promise.then(
    () => undefined,
    (error: unknown) => ({ error }),
  )
  if (outcome === undefined) throw new Error(`nothing was rejected where ${code} was expected`)
  return hasCode(outcome.error, code)
}

function hasCode(error: unknown, code: string): SluiceError {
  if (!(error instanceof SluiceError)) throw error
  expect(error.code, error.message).toBe(code)
  return error
}
