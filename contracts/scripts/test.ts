// `npm test -w contracts [-- forge arguments]`: runs the forge tests and ends with `N passed, N failed`.

import { forgeOutput } from './tools/foundry.ts'
import { readTestReport } from './tools/test-report.ts'

const { code, stdout } = forgeOutput(['test', '--json', '--allow-failure', ...process.argv.slice(2)])
const report = readTestReport(stdout)
for (const failure of report.failures) console.log(`FAIL ${failure.test}: ${failure.reason}`)
for (const suite of report.suites) console.log(`${suite.name}: ${suite.passed} passed, ${suite.failed} failed`)
console.log(`${report.passed} passed, ${report.failed} failed`)
if (code !== 0 || report.failed > 0 || report.passed === 0) process.exitCode = 1
