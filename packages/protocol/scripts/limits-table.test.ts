import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { root } from './generated.ts'
import { limitsTable } from './limits-table.ts'

it('stands in the specification as the policy has it', async () => {
  const page = readFileSync(join(root, 'specs/protocol.md'), 'utf8')
  expect(page).toContain(`\n\n${await limitsTable()}\n\n`)
})
