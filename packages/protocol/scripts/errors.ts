// Writes docs/errors.md from every table of errors in this repository: an export named `…Errors` of a file named
// errors.ts or error-codes.ts. `--check` writes nothing and fails when the page is stale.
//
//   node packages/protocol/scripts/errors.ts [--check]

import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ErrorDefinition } from '../src/errors.ts'
import { publish, root } from './generated.ts'

type Table = Readonly<Record<string, ErrorDefinition>>

const HEAD = `# Errors

Every error of Sluice has a stable code, a message with the values involved, and says what to do next. In code it is a class
derived from \`SluiceError\` with \`code\`, \`message\`, \`action\`, \`details\` and \`cause\`. Names in braces stand for values.

Written from the tables in the sources by \`node packages/protocol/scripts/errors.ts\`.
`

const cell = (text: string): string => text.replaceAll('|', '\\|')

function section(name: string, table: Table): string {
  const rows = Object.entries(table).map(
    ([code, { message, action }]) => `| \`${code}\` | ${cell(message)} | ${cell(action)} |`,
  )
  return `\n## ${name}\n\n| code | meaning | what to do |\n| --- | --- | --- |\n${rows.join('\n')}\n`
}

function packageName(path: string): string {
  const folder = path.split('/').slice(0, 2).join('/')
  return (JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as { name: string }).name
}

async function sections(path: string): Promise<string[]> {
  const module = (await import(join(root, path))) as Readonly<Record<string, unknown>>
  return Object.entries(module)
    .filter(([name]) => /^[a-z]\w*Errors$/.test(name))
    .map(([name, table]) => section(`${packageName(path)}: ${name}`, table as Table))
}

const files = globSync('{packages,apps}/*/src/**/{errors,error-codes}.ts', {
  cwd: root,
  exclude: ['**/node_modules/**'],
})
const pages = await Promise.all(files.toSorted().map(sections))
publish([{ path: 'docs/errors.md', text: HEAD + pages.flat().join('') }], 'packages/protocol/scripts/errors.ts')
