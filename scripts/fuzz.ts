// `./run fuzz [calls] [--json]`: the contracts' invariants under random, cheating actors; ten million calls unless told.

import { type FuzzReport, fuzzInvariants } from '../contracts/scripts/fuzz.ts'

const [calls = '10000000'] = process.argv.slice(2).filter((argument) => !argument.startsWith('--'))
if (!/^[1-9]\d*$/.test(calls)) {
  console.error(`fuzz: ${calls} is no number of calls: try \`./run fuzz 100000\``)
  process.exit(1)
}

// On a terminal one line that changes; in a log a line for each round.
function tell(soFar: FuzzReport): void {
  const minutes = Math.ceil((soFar.seconds / 60 / soFar.calls) * Math.max(0, Number(calls) - soFar.calls))
  const text = `${soFar.calls.toLocaleString('en')} of ${Number(calls).toLocaleString('en')} calls, some ${minutes} min left`
  process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${text}` : `${text}\n`)
}

const report = fuzzInvariants(Number(calls), tell)
if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
for (const failure of report.failures) console.error(failure)
console.log(
  process.argv.includes('--json')
    ? JSON.stringify(report)
    : `${report.calls} calls, ${report.reverts} reverts, ${report.failures.length} failures in ${report.seconds} s`,
)
if (report.failures.length > 0) process.exitCode = 1
