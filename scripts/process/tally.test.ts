import { describe, expect, test } from 'vitest'
import { formatTally, judgeTally, parseTally, sumTallies } from './tally.ts'

describe('tally', () => {
  test('reads back the line that it writes, among other output', () => {
    const tally = { passed: 12, failed: 3 }
    expect(parseTally(`3 passed, 0 failed\nsome log\n${formatTally(tally)}\n\n`)).toEqual(tally)
  })

  test('finds none where the last line is another', () => {
    expect(parseTally('3 passed, 0 failed\nSegmentation fault')).toBeUndefined()
    expect(parseTally('')).toBeUndefined()
  })

  test('sums passes and failures', () => {
    expect(
      sumTallies([
        { passed: 1, failed: 2 },
        { passed: 10, failed: 20 },
      ]),
    ).toEqual({ passed: 11, failed: 22 })
  })

  test.each([
    ['all passed', { passed: 2, failed: 0 }, 0, false, { passed: 2, failed: 0 }],
    ['named failures are not counted twice', { passed: 2, failed: 1 }, 1, false, { passed: 2, failed: 1 }],
    ['a failure that names no test counts as one', { passed: 2, failed: 0 }, 1, false, { passed: 2, failed: 1 }],
    ['no report counts as one', undefined, 0, false, { passed: 0, failed: 1 }],
    ['no test at all counts as one', { passed: 0, failed: 0 }, 0, false, { passed: 0, failed: 1 }],
    ['no test at all is fine under a filter', { passed: 0, failed: 0 }, 0, true, { passed: 0, failed: 0 }],
    ['a broken run is not fine under a filter', undefined, 0, true, { passed: 0, failed: 1 }],
  ])('judges: %s', (_, tally, exitCode, mayBeEmpty, expected) => {
    expect(judgeTally(tally, exitCode, mayBeEmpty)).toEqual(expected)
  })
})
