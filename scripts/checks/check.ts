import { runCommand } from '../process/run-command.ts'

/** One thing that must hold of the sources. */
export interface Check {
  readonly name: string
  /** What does not hold, one text a finding, each naming its place. Empty when all is well. */
  run(): Promise<readonly string[]>
}

/** A check that a tool makes: its output is the finding when it exits with another code than 0. */
export function commandCheck(name: string, command: readonly string[]): Check {
  return {
    name,
    run: async () => {
      const { code, output } = await runCommand(command, { output: 'keep' })
      return code === 0 ? [] : [output.trim() || `${command.join(' ')} exited with ${code} and said nothing`]
    },
  }
}
