import { expect, test } from 'vitest'
import { findBlocks, findExamples, findIndented } from './blocks.ts'

const page = (...lines: string[]) => ({ path: 'page.md', text: `${lines.join('\n')}\n` })

test('blocks are found with their language and line', () => {
  const found = findBlocks(
    page('Text.', '', '```ts', 'a()', 'b()', '```', '- item', '  ```sh', '  ./run demo', '  ```'),
  )
  expect(found).toEqual([
    { path: 'page.md', line: 4, language: 'ts', code: 'a()\nb()\n' },
    { path: 'page.md', line: 9, language: 'sh', code: './run demo\n' },
  ])
})

test('a block may have a name', () => {
  expect(findBlocks(page('```ts title="setup.ts"', 'a()', '```'))).toMatchObject([{ name: 'setup.ts', language: 'ts' }])
})

test('a block is left out only with a reason above it', () => {
  const block = ['```ts', 'a()', '```']
  expect(findBlocks(page('<!-- not checked: shows an old form -->', ...block))).toEqual([])
  expect(findBlocks(page('<!-- not checked: -->', ...block))).toHaveLength(1)
  expect(findBlocks(page('<!-- not checked: another one -->', ...block, ...block))).toHaveLength(1)
})

test('code that is set in is found, but not within a fence', () => {
  expect(findIndented(page('Text:', '', '    ./run demo', '    ./run test', '', '```', '    inside', '```'))).toEqual([
    { path: 'page.md', line: 3, language: '', code: './run demo\n./run test\n' },
  ])
})

test('examples of functions are found, fenced or in one line', () => {
  const text = [
    '/**',
    ' * @example `one(1n) // 2n`',
    ' */',
    '/**',
    ' * @example',
    ' * ```ts',
    ' * const a = two({',
    ' *   b,',
    ' * })',
    ' * ```',
    ' */',
  ].join('\n')
  expect(findExamples({ path: 'a.ts', text })).toEqual([
    { path: 'a.ts', line: 2, language: 'ts', code: 'one(1n) // 2n' },
    { path: 'a.ts', line: 5, language: 'ts', code: 'const a = two({\n  b,\n})' },
  ])
})
