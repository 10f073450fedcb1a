import { expect, test } from 'vitest'
import { findBadHabits } from './habits.ts'

test.each([
  ['README.md', 'see /home/ann/sluice/run'],
  ['docs/users.md', 'cd /root/sluice'],
  ['packages/engine/src/a.ts', '// TODO later'],
  ['packages/engine/src/a.test.ts', "test.only('x', () => {})"],
  ['packages/engine/src/a.test.ts', "describe.concurrent.skip('x', () => {})"],
  ['packages/engine/src/a.test.ts', "test('x', { retry: 3 }, () => {})"],
  ['packages/engine/src/a.test.ts', 'await sleep(10)'],
  ['contracts/test/A.t.sol', 'vm.skip(true);'],
  ['packages/engine/src/a.ts', 'const x = y as unknown as Z'],
])('%s may not hold %s', (path, text) => {
  expect(findBadHabits({ path, text: `first\n${text}\n` })).toEqual([expect.stringContaining(`${path}:2 `)])
})

test.each([
  ['README.md', 'https://example.org/home/page and ./root/main and ~/root/'],
  ['packages/engine/src/a.test.ts', "test('skips a stale voucher', () => {})"],
  ['packages/engine/src/a.ts', 'const x = y as unknown as Z // the parser returns no better type'],
  ['packages/engine/src/a.ts', '// the parser returns no better type\nconst x = y as unknown as Z'],
])('%s may hold %s', (path, text) => {
  expect(findBadHabits({ path, text })).toEqual([])
})
