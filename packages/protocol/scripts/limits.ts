// Writes the table of limits into specs/protocol.md from the engine's policy. `--check` writes nothing and fails when the
// table is stale.
//
//   node packages/protocol/scripts/limits.ts [--check]

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { publish, root } from './generated.ts'
import { limitsTable } from './limits-table.ts'

const PATH = 'specs/protocol.md'
const BEGIN = '<!-- limits: written by packages/protocol/scripts/limits.ts -->'
const END = '<!-- end of limits -->'

const page = readFileSync(join(root, PATH), 'utf8')
const [before, rest] = page.split(BEGIN)
const after = rest?.split(END)[1]
if (before === undefined || after === undefined) throw new Error(`${PATH} has no place for the table of limits`)
const text = `${before}${BEGIN}\n\n${await limitsTable()}\n\n${END}${after}`
publish([{ path: PATH, text }], 'packages/protocol/scripts/limits.ts')
