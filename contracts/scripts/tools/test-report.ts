// Reads what `forge test --json` prints.

interface TestResult {
  status: 'Success' | 'Failure' | 'Skipped'
  reason: string | null
  counterexample?: unknown
  kind?: { Invariant?: { calls: number; reverts: number } }
}

interface SuiteResult {
  test_results: Record<string, TestResult>
}

/** What a run of forge's tests came to. */
export interface TestReport {
  passed: number
  failed: number
  suites: { name: string; passed: number; failed: number }[]
  failures: { test: string; reason: string }[]
  invariantCalls: number
  invariantReverts: number
}

/**
 * Counts the results. Skipped tests count as failed: none is allowed here.
 *
 * @param json - Standard output of `forge test --json`; lines before the JSON are ignored.
 * @returns The counts, and what failed.
 */
export function readTestReport(json: string): TestReport {
  const line = json.split('\n').find((text) => text.startsWith('{'))
  const report: TestReport = { passed: 0, failed: 0, suites: [], failures: [], invariantCalls: 0, invariantReverts: 0 }
  if (line === undefined) return report
  const suites = JSON.parse(line) as Record<string, SuiteResult>
  for (const [name, suite] of Object.entries(suites)) {
    const results = Object.entries(suite.test_results)
    const failed = results.filter(([, result]) => result.status !== 'Success')
    report.suites.push({ name, passed: results.length - failed.length, failed: failed.length })
    report.passed += results.length - failed.length
    report.failed += failed.length
    for (const [, { kind }] of results) {
      report.invariantCalls += kind?.Invariant?.calls ?? 0
      report.invariantReverts += kind?.Invariant?.reverts ?? 0
    }
    for (const [test, result] of failed) report.failures.push({ test: `${name} ${test}`, reason: reasonOf(result) })
  }
  return report
}

function reasonOf(result: TestResult): string {
  const counterexample = result.counterexample === undefined ? '' : ` ${JSON.stringify(result.counterexample)}`
  return `${result.reason ?? result.status}${result.status === 'Failure' ? counterexample : ''}`.slice(0, 4000)
}
