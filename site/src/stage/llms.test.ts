import { expect, test } from 'vitest'
import { joinForReaders, listForReaders } from './llms.ts'

const pages = [
  { title: 'Buy', description: 'How to buy.', group: 'Guides', address: '/guides/buy.md', text: '# Buy\n\nText.\n' },
  { title: 'Codes', description: '', group: 'Reference', address: '/codes.md', text: '# Codes\n' },
]

test('every page is listed below its group', () => {
  expect(listForReaders('Name', 'What it is.', pages)).toBe(
    '# Name\n\n> What it is.\n\n## Guides\n\n- [Buy](/guides/buy.md): How to buy.\n\n## Reference\n\n- [Codes](/codes.md)\n',
  )
})

test('the whole text names where each part comes from', () => {
  expect(joinForReaders(pages)).toBe('<!-- /guides/buy.md -->\n\n# Buy\n\nText.\n\n<!-- /codes.md -->\n\n# Codes\n')
})
