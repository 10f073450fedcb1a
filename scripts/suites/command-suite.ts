import { runCommand } from '../process/run-command.ts'
import { judgeTally, parseTally } from '../process/tally.ts'
import type { Suite } from './suite.ts'

/** A suite behind a command that ends with the line `N passed, N failed`. */
export function commandSuite(name: string, isPresent: boolean, command: readonly string[]): Suite {
  return {
    name,
    isPresent,
    takesPaths: false,
    run: async (args) => {
      const { code, output } = await runCommand([...command, ...args], { output: 'show' })
      return judgeTally(parseTally(output), code)
    },
  }
}
