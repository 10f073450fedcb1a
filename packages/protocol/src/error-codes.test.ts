import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { protocolErrors } from './error-codes.ts'
import type { ErrorDefinition } from './errors.ts'

const page = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8')
const [, section = ''] = page.split('## @sluice/protocol: protocolErrors\n')
const [table = ''] = section.split('\n## ')
const cell = (text: string) => text.replaceAll('|', '\\|')

describe('the table of errors', () => {
  it('stands in docs/errors.md as it is', () => {
    const rows = table.split('\n').filter((line) => line.startsWith('| `'))
    const expected = Object.entries<ErrorDefinition>(protocolErrors).map(
      ([code, { message, action }]) => `| \`${code}\` | ${cell(message)} | ${cell(action)} |`,
    )
    expect(rows).toEqual(expected)
  })

  it('has codes that travel in a message, messages without a final stop and actions with one', () => {
    for (const [code, { message, action }] of Object.entries<ErrorDefinition>(protocolErrors)) {
      expect(code).toMatch(/^[A-Z][A-Z0-9_]{0,63}$/)
      expect(message, code).toMatch(/[^.]$/)
      expect(action, code).toMatch(/\.$/)
    }
  })
})
