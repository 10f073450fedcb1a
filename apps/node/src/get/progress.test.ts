import { NATIVE_TOKEN } from '@sluice/protocol'
import { expect, test } from 'vitest'
import { createOutput } from '../cli/output.ts'
import { createProgressView, progressLine } from './progress.ts'

const token = NATIVE_TOKEN
const half = { bytes: 5_000_000, total: 10_000_000, paid: 5n * 10n ** 9n, token, payments: 5, elapsedMs: 1000 }

test('a line shows bytes, what was paid, payments and the rate', () => {
  expect(progressLine(half, 200)).toBe(
    '[##########..........]  5.0 MB of 10.0 MB  paid 5 nanoFIL  5 payments  5.0 MB/s',
  )
  expect(progressLine({ ...half, total: undefined }, 200)).toMatch(/^5\.0 MB {2}paid/)
  expect(progressLine(half, 30)).toHaveLength(30)
})

function viewOf(json: boolean, errIsTerminal: boolean) {
  const written = { out: '', err: '' }
  let time = 0
  const streams = {
    out: (text: string) => {
      written.out += text
    },
    bytes: async () => true,
    err: (text: string) => {
      written.err += text
    },
    errIsTerminal,
    columns: 80,
  }
  const view = createProgressView(createOutput(streams, json), () => time)
  return { view, written, wait: (milliseconds: number) => (time += milliseconds) }
}

test('a terminal gets one line that is written over, at most ten times a second', () => {
  const { view, written, wait } = viewOf(false, true)
  view.update(half)
  view.update(half)
  wait(100)
  view.update(half)
  view.update({ ...half, bytes: half.total })
  view.end()
  expect(written.err.split('\r')).toHaveLength(4)
  expect(written.err.endsWith('\n')).toBe(true)
})

test('programs get a line of JSON each time, and a pipe without --json nothing', () => {
  const json = viewOf(true, false)
  json.view.update(half)
  json.view.end()
  expect(JSON.parse(json.written.out)).toEqual({ type: 'progress', ...half, paid: '5000000000' })
  const quiet = viewOf(false, false)
  quiet.view.update(half)
  quiet.view.end()
  expect(quiet.written).toEqual({ out: '', err: '' })
})
