// `./run conformance [--json]`: runs the trustless part of the suite of IPFS's gateways against `sluice provide`. GATEWAY_CONFORMANCE names a checkout of
// ipfs/gateway-conformance, and Go has to be there. Where GATEWAY_HELIA names a folder with Helia's packages, these load content too. The last line tells what came of it.

import { copyFileSync, existsSync, globSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { createChildren } from '../demo/children.ts'
import { textOf } from '../demo/sluice.ts'
import { runCommand } from '../process/run-command.ts'
import { readGoReport, type SuiteResult } from './go-report.ts'
import { importHelia, loadByHelia, makeHeliaContent } from './helia.ts'
import { startProvider } from './provider.ts'

const SPECS = 'trustless-gateway'
const isJson = process.argv.includes('--json')
const checkout = process.env.GATEWAY_CONFORMANCE
const packages = process.env.GATEWAY_HELIA

/** Runs the suite against a gateway. */
async function runSuite(suite: string, url: string): Promise<SuiteResult> {
  const command = ['env', `GATEWAY_URL=${url}`, 'go', 'test', '-json', '-count=1', './tests', `-specs=${SPECS}`]
  const { output } = await runCommand(command, { output: 'keep', cwd: suite })
  return readGoReport(output)
}

/** What the suite asks for, in one folder: CARs are told apart by their folders' names, records are named for whom they are of. */
function collectFixtures(suite: string, folder: string): string {
  const content = join(folder, 'content')
  mkdirSync(content)
  const fixtures = join(suite, 'fixtures')
  for (const name of globSync('**/*.{car,ipns-record}', { cwd: fixtures })) {
    const isRecord = name.endsWith('.ipns-record')
    copyFileSync(join(fixtures, name), join(content, isRecord ? basename(name) : name.replaceAll('/', '-')))
  }
  return content
}

async function main(suite: string): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-conformance-'))
  const children = createChildren()
  try {
    const content = collectFixtures(suite, folder)
    const modules = packages === undefined ? undefined : await importHelia(packages)
    const made = modules && (await makeHeliaContent(modules, content))
    const { ready } = await startProvider(children, folder, content)
    const url = textOf(ready, 'unpaidUrl')
    const unpaid = await runSuite(suite, url)
    const helia = modules && made && (await loadByHelia(modules, url, made))
    const failures = [...unpaid.failures, ...(helia?.failures ?? [])]
    if (!isJson) for (const name of failures) console.log(`failed: ${name}`)
    console.log(JSON.stringify({ unpaid, ...(helia === undefined ? {} : { helia }) }))
    return failures.length === 0 ? 0 : 1
  } finally {
    await children.stopAll()
    rmSync(folder, { recursive: true, force: true })
  }
}

if (checkout === undefined || !existsSync(join(checkout, 'tests'))) {
  console.log(JSON.stringify({ skipped: 'GATEWAY_CONFORMANCE names no checkout of ipfs/gateway-conformance' }))
} else {
  process.exitCode = await main(checkout)
}
