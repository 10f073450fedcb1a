// `npm run docs -w contracts [-- --check]`: writes docs/contracts, a page a call, from the sources, the tables in `docs/calls` and the samples,
// which are played on a local chain to measure their gas; and the tables of gas in other pages. With `--check` it writes nothing and fails where
// a page is stale or missing.

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { CallGroup } from './docs/calls/call.ts'
import { cooperative, deposits, disputes, locks } from './docs/calls/channels.ts'
import { apps, hashLocks, vault } from './docs/calls/others.ts'
import { credits, views, virtuals } from './docs/calls/virtuals.ts'
import { disputeTable, gasTable, withTable } from './docs/figures.ts'
import { callPage, findGaps, overviewPage, pathOf } from './docs/page.ts'
import { playSamples } from './docs/play.ts'
import { readReference } from './docs/reference.ts'
import { gasSnapshotFile } from './gas/snapshot.ts'
import type { GasReports } from './gas/table.ts'
import { contractsFolder } from './tools/foundry.ts'
import { contractSources } from './tools/natspec.ts'

const groups: readonly CallGroup[] = [
  deposits,
  cooperative,
  disputes,
  locks,
  virtuals,
  credits,
  views,
  hashLocks,
  apps,
  vault,
]
const root = join(contractsFolder, '..')
const folder = join(root, 'docs', 'contracts')
const reference = readReference()
const gaps = findGaps(groups, reference)
if (gaps.length > 0) throw new Error(`the tables in contracts/scripts/docs/calls have gaps:\n${gaps.join('\n')}`)
const unmapped = findUnmapped(readFileSync(join(root, 'specs', 'audit.md'), 'utf8'))
if (unmapped.length > 0)
  throw new Error(`the map in specs/audit.md is not that of the sources:\n${unmapped.join('\n')}`)
const gas = await playSamples()
const setup = readFileSync(new URL('docs/samples/setup.ts', import.meta.url), 'utf8')
const pages = new Map([['README.md', overviewPage(groups, reference, gas, setup)]])
for (const group of groups) {
  for (const call of Object.keys(group.calls)) {
    pages.set(pathOf(group.contract, call), callPage(group, call, reference, gas))
  }
}

const reports = JSON.parse(readFileSync(gasSnapshotFile, 'utf8')) as GasReports
const figures = new Map([
  ['contracts/README.md', gasTable(reports)],
  ['specs/security.md', disputeTable(reports)],
])
for (const [path, table] of figures) {
  const file = join(root, path)
  const text = withTable(readFileSync(file, 'utf8'), table)
  if (isCurrent(file, text)) continue
  if (!process.argv.includes('--check')) writeFileSync(file, text)
  else {
    console.error(`${path} has figures that are not those of the snapshot: run \`npm run docs -w contracts\``)
    process.exitCode = 1
  }
}

const standing = existsSync(folder)
  ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.md'))
  : []
const stale = [...pages].filter(([path, text]) => !isCurrent(join(folder, path), text)).map(([path]) => path)
const over = standing.filter((path) => !pages.has(path))
if (process.argv.includes('--check')) {
  for (const path of stale) console.error(`docs/contracts/${path} is stale: run \`npm run docs -w contracts\``)
  for (const path of over) console.error(`docs/contracts/${path} speaks of a call that there is no more: remove it`)
  if (stale.length + over.length > 0) process.exitCode = 1
} else {
  for (const path of over) rmSync(join(folder, path))
  for (const path of stale) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), pages.get(path) ?? '')
  }
}

/** Sources that the auditors' map does not name, and what it names that there is not. */
function findUnmapped(page: string): string[] {
  const sources = Object.keys(contractSources()).map((path) => path.replace('src/', ''))
  const [map = ''] = /^## The map$[\s\S]*?(?=^## )/m.exec(page) ?? []
  const mapped = Array.from(map.matchAll(/`([\w/]+\.sol)`/g), ([, path = '']) => path)
  return [
    ...sources.filter((path) => !mapped.includes(path)).map((path) => `${path} is not named`),
    ...mapped.filter((path) => !sources.includes(path)).map((path) => `there is no ${path}`),
  ]
}

function isCurrent(file: string, text: string): boolean {
  return existsSync(file) && readFileSync(file, 'utf8') === text
}
