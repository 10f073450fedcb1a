import { expect, test } from 'vitest'
import { firstParagraph, mapProse, splitAtBlocks, takeTitle } from './markdown.ts'

const page =
  '# A `title`\n\nFirst *words*,\nand [more](x.md).\n\n```ts\n# no title\n[no](link)\n```\n\n## Next\n\nLast.\n'

test('a document is its blocks and what is between them', () => {
  const stretches = splitAtBlocks(page)
  expect(stretches.map(({ text }) => text).join('')).toBe(page)
  expect(stretches.map(({ language }) => language)).toEqual([undefined, 'ts', undefined])
})

test('a longer fence holds shorter ones', () => {
  const nested = '````md\n```ts\na\n```\n````\n'
  expect(splitAtBlocks(nested).map(({ language }) => language)).toEqual(['md', undefined])
})

test('only prose is changed', () => {
  expect(mapProse(page, (prose) => prose.toUpperCase())).toContain('```ts\n# no title\n[no](link)\n```')
})

test('the title is taken as plain text', () => {
  expect(takeTitle(page)).toMatchObject({ title: 'A title', body: expect.stringMatching(/^First/) })
  expect(() => takeTitle('no heading')).toThrow(/no title/)
})

test('the first paragraph is plain text, and never a list, a table or code', () => {
  expect(firstParagraph(takeTitle(page).body)).toBe('First *words*, and more.')
  expect(firstParagraph('    ./run demo\n\n- item\n\nThen text.\n')).toBe('Then text.')
  expect(firstParagraph('## Heading\n\nText.')).toBe('')
})
