import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { systemClock, systemRandom } from './system.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const DAY = 86_400_000

it('keeps a wait that is longer than a timer of the platform', () => {
  const done = vi.fn()
  systemClock.after(60 * DAY, done)
  vi.advanceTimersByTime(60 * DAY - 1)
  expect(done).not.toHaveBeenCalled()
  vi.advanceTimersByTime(1)
  expect(done).toHaveBeenCalledOnce()
})

it('cancels a wait in any of its parts', () => {
  const done = vi.fn()
  const cancel = systemClock.after(60 * DAY, done)
  vi.advanceTimersByTime(40 * DAY)
  cancel()
  vi.advanceTimersByTime(60 * DAY)
  expect(done).not.toHaveBeenCalled()
})

it('gives as many random bytes as asked for, never the same', () => {
  expect(systemRandom(32)).toHaveLength(32)
  expect(systemRandom(32)).not.toEqual(systemRandom(32))
})
