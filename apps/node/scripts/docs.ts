// Writes docs/commands.md and docs/rpc.md from the tables of commands and methods. `--check` writes nothing and fails when one is stale.
//
//   node apps/node/scripts/docs.ts [--check]

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { commands } from '../src/commands/index.ts'
import { commandsPage, rpcPage } from '../src/docs.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const pages = { 'docs/commands.md': commandsPage(commands), 'docs/rpc.md': rpcPage() }

for (const [path, text] of Object.entries(pages)) {
  const file = `${root}${path}`
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue
  if (process.argv.includes('--check')) {
    process.stdout.write(`${path} is stale: run node apps/node/scripts/docs.ts\n`)
    process.exitCode = 1
  } else writeFileSync(file, text)
}
