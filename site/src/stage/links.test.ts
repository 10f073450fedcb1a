import { expect, test } from 'vitest'
import { rewriteLinks } from './links.ts'

const shown: Readonly<Record<string, string>> = {
  'specs/protocol.md': '/specs/protocol/',
  'specs/decisions/': '/decisions/',
}
const rewrite = (text: string) => rewriteLinks(text, 'docs/guides/buyer.md', (path) => shown[path])

test.each([
  ['[a](../../specs/protocol.md)', '[a](/specs/protocol/)'],
  ['[a](../../specs/protocol.md#part)', '[a](/specs/protocol/#part)'],
  ['[`code`](../../specs/protocol.md)', '[`code`](/specs/protocol/)'],
  ['[why](../../specs/decisions/)', '[why](/decisions/)'],
  ['[a](#here) and [b](https://elsewhere.example/x.md)', '[a](#here) and [b](https://elsewhere.example/x.md)'],
  ['[a source](../../packages/a.ts) is text', 'a source is text'],
  ['`[a](../../specs/protocol.md)`', '`[a](../../specs/protocol.md)`'],
  ['`` a `b` `` | [a](../../specs/protocol.md)', '`` a `b` `` | [a](/specs/protocol/)'],
  ['```md\n[a](../../specs/protocol.md)\n```', '```md\n[a](../../specs/protocol.md)\n```'],
])('%s', (text, expected) => {
  expect(rewrite(text)).toBe(expected)
})
