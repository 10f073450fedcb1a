/** One thing that every implementation of a port does. Bound to no test runner: `for (const { name, run } of cases) it(name, () => run(harness))`. */
export interface ConformanceCase<Harness> {
  readonly name: string
  /** Rejects with an assertion error if the implementation does otherwise. */
  readonly run: (harness: Harness) => Promise<void>
}
