import { expect, test } from 'vitest'
import { findBrokenLinks } from './links.ts'

const files: Readonly<Record<string, string>> = {
  'README.md': '# Sluice\n## How it *works*: `run`\n## Again\n## Again\n',
  'docs/users.md': '',
  run: '',
}

function broken(text: string): string[] {
  return findBrokenLinks({ path: 'docs/page.md', text }, (path) => files[path])
}

test.each([
  '[a](users.md)',
  '[a](../run)',
  '[a](../README.md#how-it-works-run)',
  '[a](../README.md#again-1)',
  '[a](https://example.org/nowhere.md#x)',
  '# Here\n[a](#here)',
  '```\n[a](gone.md)\n```',
  'as in `[a](gone.md)`',
])('%s leads somewhere', (text) => {
  expect(broken(text)).toEqual([])
})

test.each([
  '[a](gone.md)',
  '[a](../README.md#gone)',
  '[a](#gone)',
  '[a]: gone.md',
  '[a](users.md "t") [b](gone.md "t")',
])('%s leads nowhere', (text) => {
  expect(broken(`first line\n${text}`)).toEqual([expect.stringMatching(/^docs\/page\.md:2 links to /)])
})
