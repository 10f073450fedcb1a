// Says which command lines of `sluice` its tables of commands and options would refuse, a line each. Nothing is run.
//
//   node apps/node/scripts/judge-lines.ts '[{"place": "docs/users.md:10", "args": ["get", "http://…"]}]'

import { createProgram } from '../src/cli/program.ts'
import { resolveValues } from '../src/cli/values.ts'
import { commands } from '../src/commands/index.ts'

interface Line {
  readonly place: string
  readonly args: readonly string[]
}

async function judge(args: readonly string[]): Promise<string | undefined> {
  const program = createProgram('0', commands, async (spec, given) => {
    resolveValues(spec.options, given, {}, {})
  })
  for (const command of [program, ...program.commands, ...program.commands.flatMap((one) => one.commands)]) {
    command.configureOutput({ writeOut: () => {}, writeErr: () => {}, outputError: () => {} })
  }
  try {
    // A usage line names what can be left out in brackets.
    await program.parseAsync(
      args.filter((word) => !/^\[.*\]$/.test(word)),
      { from: 'user' },
    )
    return undefined
  } catch (thrown) {
    const { exitCode, code, message } = thrown as { exitCode?: number; code?: string; message: string }
    if (exitCode === 0 || code === 'commander.help' || (code === 'VALUE_MISSING' && args.includes('[options]')))
      return undefined
    return message.replace(/^error: /, '')
  }
}

for (const { place, args } of JSON.parse(process.argv[2] ?? '[]') as readonly Line[]) {
  const problem = await judge(args)
  if (problem !== undefined) process.stdout.write(`${place} sluice ${args.join(' ')}: ${problem}\n`)
}
