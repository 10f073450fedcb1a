// `./run fuzz [calls] [--json]`: the contracts' invariants under random, cheating actors; ten million calls unless told.

import { fuzzInvariants } from '../contracts/scripts/fuzz.ts'

const [calls = '10000000'] = process.argv.slice(2).filter((argument) => !argument.startsWith('--'))
if (!/^[1-9]\d*$/.test(calls)) {
  console.error(`fuzz: ${calls} is no number of calls: try \`./run fuzz 100000\``)
  process.exit(1)
}
const report = fuzzInvariants(Number(calls))
for (const failure of report.failures) console.error(failure)
console.log(
  process.argv.includes('--json')
    ? JSON.stringify(report)
    : `${report.calls} calls, ${report.reverts} reverts, ${report.failures.length} failures in ${report.seconds} s`,
)
if (report.failures.length > 0) process.exitCode = 1
