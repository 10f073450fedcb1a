// `./run sizes [part of a name] [--modules]`: what an app loads for each import, beside its budget, and which modules weigh what.

import { parseArgs } from 'node:util'
import { budgets } from './packages/budgets.ts'
import { groupParts, measure } from './packages/sizes.ts'

const { positionals, values } = parseArgs({ allowPositionals: true, options: { modules: { type: 'boolean' } } })
const chosen = budgets.filter(({ name }) => positionals.every((part) => name.includes(part)))
const inKB = (bytes: number): string => `${(bytes / 1000).toFixed(1).padStart(6)} kB`

for (const { name, program, atOnce, later = 0 } of chosen) {
  const size = await measure(program)
  console.log(`${inKB(size.atOnce)} of ${inKB(atOnce)}, later ${inKB(size.later)} of ${inKB(later)}  ${name}`)
  if (values.modules === undefined && positionals.length === 0) continue
  // By package and folder, or by file.
  const parts = values.modules === true ? size.parts : groupParts(size.parts)
  for (const part of parts) console.log(`  ${inKB(part.bytes)}${part.isLater ? ' later' : '      '}  ${part.name}`)
}
if (positionals.length > 0) console.log('Totals are after gzip, parts before it.')
