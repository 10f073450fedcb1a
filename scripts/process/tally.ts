/** How many tests passed and failed. */
export interface Tally {
  readonly passed: number
  readonly failed: number
}

/** The sum of several tallies. */
export function sumTallies(tallies: readonly Tally[]): Tally {
  return {
    passed: tallies.reduce((sum, { passed }) => sum + passed, 0),
    failed: tallies.reduce((sum, { failed }) => sum + failed, 0),
  }
}

/** The line that every suite, and every command that sums suites, ends with. */
export function formatTally({ passed, failed }: Tally): string {
  return `${passed} passed, ${failed} failed`
}

/** The tally in the last line of a command's output, undefined when it does not end with one. */
export function parseTally(output: string): Tally | undefined {
  const last = output.trimEnd().split('\n').at(-1) ?? ''
  const match = /^(\d+) passed, (\d+) failed$/.exec(last.trim())
  return match === null ? undefined : { passed: Number(match[1]), failed: Number(match[2]) }
}

/**
 * The tally as the exit code of its command allows it: what failed without naming a test, or ran no test at all, is one
 * failure more, so that a broken suite can never look like a passed one.
 * @param mayBeEmpty whether no test at all is fine, as under a filter that concerns another suite
 */
export function judgeTally(tally: Tally | undefined, exitCode: number, mayBeEmpty = false): Tally {
  const { passed, failed } = tally ?? { passed: 0, failed: 0 }
  const isSuccess = exitCode === 0 && tally !== undefined && (passed > 0 || mayBeEmpty)
  return failed > 0 || isSuccess ? { passed, failed } : { passed, failed: 1 }
}
