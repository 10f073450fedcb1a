import type { Tally } from '../process/tally.ts'

/** The part of vitest's JSON report that counts. */
interface VitestReport {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly testResults: readonly {
    readonly status: string
    readonly assertionResults: readonly { readonly status: string }[]
  }[]
}

/** Counts a vitest report. A file that failed as a whole (it could not be loaded, a hook threw) is one failure. */
export function parseVitestReport(text: string): Tally {
  const report: VitestReport = JSON.parse(text)
  const brokenFiles = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((assertion) => assertion.status === 'failed'),
  )
  return { passed: report.numPassedTests, failed: report.numFailedTests + brokenFiles.length }
}
