import type { Suite } from './suite.ts'

/** The suites to run and what their runners are told. */
export interface Choice {
  readonly chosen: readonly Suite[]
  readonly args: readonly string[]
}

/** Reads the arguments of `./run test`: the name of a suite chooses it alone, anything else first concerns those that take paths. */
export function parseArguments(suites: readonly Suite[], argv: readonly string[]): Choice {
  const [first, ...rest] = argv
  if (first === undefined) return { chosen: suites.filter(({ isPresent }) => isPresent), args: [] }
  const named = suites.find(({ name }) => name === first)
  if (named !== undefined) return { chosen: [named], args: rest }
  const chosen = suites.filter(({ isPresent, takesPaths }) => isPresent && takesPaths)
  return { chosen, args: ['--passWithNoTests', ...argv] }
}
