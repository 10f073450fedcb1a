import type { Tally } from '../process/tally.ts'

/** A set of tests that one runner runs. */
export interface Suite {
  readonly name: string
  /** A suite is listed once its folder exists. */
  readonly isPresent: boolean
  /** Why it is left out although it is there: what it needs is not on this machine. */
  readonly absence?: string | undefined
  /** Whether a path filter without a suite's name concerns it. */
  readonly takesPaths: boolean
  /** Runs it with the arguments that its runner understands, showing the progress. */
  run(args: readonly string[]): Promise<Tally>
}
