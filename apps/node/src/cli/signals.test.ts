import { expect, test } from 'vitest'
import { catchSignals } from './signals.ts'

function source() {
  const listeners: (() => void)[] = []
  const exits: number[] = []
  return {
    exits,
    send: () => listeners[0]?.(),
    on: (_signal: string, listener: () => void) => listeners.push(listener),
    exit: (code: number): never => void exits.push(code) as never,
  }
}

test('the first signal stops in order, the second ends at once', () => {
  const process = source()
  let time = 0
  const signal = catchSignals(process, () => time)
  process.send()
  expect([signal.aborted, process.exits]).toEqual([true, []])
  time = 1000
  process.send()
  expect(process.exits).toEqual([130])
})

test('a signal that a runner hands on again is not a second one', () => {
  const process = source()
  catchSignals(process, () => 0)
  process.send()
  process.send()
  expect(process.exits).toEqual([])
})
