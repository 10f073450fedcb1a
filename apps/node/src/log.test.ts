import { expect, test } from 'vitest'
import { createLog } from './log.ts'

function logged(format: 'json' | 'pretty', level: 'debug' | 'warn' = 'debug') {
  const lines: string[] = []
  const log = createLog({ write: (line) => lines.push(line), format, level, now: () => 0 })
  return { log, lines }
}

test('a line is one JSON object with its amounts as texts', () => {
  const { log, lines } = logged('json')
  log.info('paid', { amount: 10n ** 20n, peer: '0x12', none: undefined })
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    time: '1970-01-01T00:00:00.000Z',
    level: 'info',
    event: 'paid',
    amount: '100000000000000000000',
    peer: '0x12',
  })
})

test('values that could be secrets are left out, also inside others', () => {
  const { log, lines } = logged('json')
  log.info('x', { privateKey: 'alpha', nested: { signature: 'beta', ok: 1 }, password: 'gamma', raw: 'delta' })
  expect(lines.join('')).not.toMatch(/alpha|beta|gamma|delta/)
  expect(lines.join('')).toContain('"ok":1')
})

test('a text can not break out of its line', () => {
  const { log, lines } = logged('pretty')
  log.warn('odd', { text: 'a\n\u001b[2Jb', error: new Error('no\nway') })
  expect(lines).toHaveLength(1)
  expect(lines[0]?.trimEnd()).not.toMatch(/\p{Cc}/u)
})

test('lines below the level are left out', () => {
  const { log, lines } = logged('json', 'warn')
  log.debug('a')
  log.info('b')
  log.error('c')
  expect(lines).toHaveLength(1)
})

test('one event fills no disk, however often it comes and whatever it says, and all are counted', () => {
  const lines: string[] = []
  let time = 0
  let counted = 0
  const log = createLog({
    write: (line) => lines.push(line),
    format: 'json',
    level: 'info',
    now: () => time,
    onEvent: () => {
      counted += 1
    },
  })
  for (let i = 0; i < 1_000; i++) log.warn('message refused', { error: 'x'.repeat(10_000) })
  expect(lines).toHaveLength(200)
  expect(lines[0]?.length).toBeLessThan(700)
  time = 10_000
  log.warn('message refused', {})
  expect(lines.slice(200).map((line) => JSON.parse(line))).toMatchObject([
    { event: 'log.suppressed', of: 'message refused', lines: 800 },
    { event: 'message refused' },
  ])
  expect(counted).toBe(1_001)
})
