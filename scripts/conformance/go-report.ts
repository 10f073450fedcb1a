/** What came of a suite. */
export interface SuiteResult {
  readonly passed: number
  readonly failed: number
  /** Names of the tests that failed. */
  readonly failures: readonly string[]
}

/** A line of what `go test -json` writes. */
interface GoEvent {
  readonly Action?: string
  readonly Test?: string
}

/**
 * Counts the tests of a report of `go test -json`: those within the functions, which stand for a case each; the checks within them belong to their case.
 *
 * @throws Error where no test was run: the suite did not compile, or found nothing to ask.
 */
export function readGoReport(output: string): SuiteResult {
  const outcomes = new Map<string, string>()
  for (const { Action, Test } of output.split('\n').map(readEvent)) {
    const isCase = Test?.split('/').length === 2
    if (isCase && (Action === 'pass' || Action === 'fail')) outcomes.set(Test, Action)
  }
  if (outcomes.size === 0) throw new Error(`the suite ran no test: ${output.slice(-2000).trim()}`)
  const failures = [...outcomes].filter(([, action]) => action === 'fail').map(([name]) => decodeURIComponent(name))
  return { passed: outcomes.size - failures.length, failed: failures.length, failures }
}

function readEvent(line: string): GoEvent {
  try {
    return JSON.parse(line) as GoEvent
  } catch {
    return {}
  }
}
