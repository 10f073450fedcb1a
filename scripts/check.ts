// `./run check [name]`: everything that must hold of the sources without running the tests. Prints a line a check, then
// what was found, and ends with `N passed, N failed`. `./run check packages` looks at the packages as others install them;
// it takes minutes and runs only when named. `./run check docs` also builds the site.
import { allChecks, documentationChecks, packageChecks } from './checks/all-checks.ts'
import type { Check } from './checks/check.ts'
import { formatTally } from './process/tally.ts'

interface Outcome {
  readonly name: string
  readonly findings: readonly string[]
}

async function perform({ name, run }: Check): Promise<Outcome> {
  const started = performance.now()
  const findings = await run().catch((error: unknown) => [String(error)])
  const seconds = ((performance.now() - started) / 1000).toFixed(1).padStart(6)
  console.log(`${findings.length === 0 ? 'ok    ' : 'FAILED'} ${seconds} s  ${name}`)
  return { name, findings }
}

const wanted = process.argv[2]

function checksFor(name: string | undefined): Check[] {
  if (name?.startsWith('packages')) return packageChecks()
  return name?.startsWith('docs') ? documentationChecks() : allChecks()
}

const known = checksFor(wanted)
const checks = known.filter(({ name }) => wanted === undefined || name.includes(wanted))
const outcomes: Outcome[] = []
for (const check of checks) outcomes.push(await perform(check))

const failed = outcomes.filter(({ findings }) => findings.length > 0)
for (const { name, findings } of failed) console.log(`\n== ${name} ==\n${findings.join('\n')}`)
if (checks.length === 0) console.log(`no check is named ${wanted}: run ./run check without a name to see them all`)

console.log(`\n${formatTally({ passed: outcomes.length - failed.length, failed: failed.length })}`)
if (failed.length > 0 || checks.length === 0) process.exitCode = 1
