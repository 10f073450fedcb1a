import { expect, test } from 'vitest'
import { parseVitestReport } from './vitest-report.ts'

test('counts the tests of a report', () => {
  const report = {
    numPassedTests: 5,
    numFailedTests: 1,
    testResults: [{ status: 'failed', assertionResults: [{ status: 'failed' }, { status: 'passed' }] }],
  }
  expect(parseVitestReport(JSON.stringify(report))).toEqual({ passed: 5, failed: 1 })
})

test('a file that could not be loaded is a failure', () => {
  const report = {
    numPassedTests: 5,
    numFailedTests: 0,
    testResults: [
      { status: 'passed', assertionResults: [{ status: 'passed' }] },
      { status: 'failed', assertionResults: [] },
    ],
  }
  expect(parseVitestReport(JSON.stringify(report))).toEqual({ passed: 5, failed: 1 })
})
