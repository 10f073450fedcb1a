// `./run test [suite] [arguments]`: runs the suites one after another and ends with `N passed, N failed` over all.
// Without a suite's name, arguments are path filters (or options) for vitest and only vitest's suites run.

import { formatTally, sumTallies, type Tally } from './process/tally.ts'
import { allSuites } from './suites/all-suites.ts'
import { parseArguments } from './suites/arguments.ts'

const suites = allSuites()
const { chosen, args } = parseArguments(suites, process.argv.slice(2))

const tallies: Tally[] = []
for (const suite of chosen) {
  console.log(`\n== ${suite.name} ==`)
  const started = performance.now()
  const tally = await suite.run(args)
  tallies.push(tally)
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(`== ${suite.name}: ${tally.passed} passed and ${tally.failed} failed in ${seconds} s ==`)
}

// Whoever runs everything is told what was not run.
const isWhole = process.argv.length === 2
for (const { name, absence } of isWhole ? suites : []) {
  if (absence !== undefined) console.log(`\n== ${name} was not run: ${absence} ==`)
}

const total = sumTallies(tallies)
console.log(`\n${formatTally(total)}`)
if (total.failed > 0 || total.passed === 0) process.exitCode = 1
