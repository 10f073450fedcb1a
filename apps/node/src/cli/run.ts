import { CommanderError } from 'commander'
import { NodeError, toSluiceError } from '../errors.ts'
import type { CommandSpec, Environment } from './command.ts'
import { exitCodeOf, exitCodes } from './exit-codes.ts'
import { DEFAULT_DATA_FOLDER } from './folder.ts'
import { type Raw, variableOf } from './options.ts'
import { createOutput, type Streams, tellError } from './output.ts'
import { path as parsePath } from './parse.ts'
import { createProgram } from './program.ts'
import { loadConfig, resolveValues } from './values.ts'

/** What a run of the command takes from its process. */
export interface Process {
  readonly args: readonly string[]
  readonly environment: Environment
  readonly streams: Streams
  readonly signal: AbortSignal
  readonly version: string
}

/** Runs one command line and resolves with the exit code. Never rejects: what goes wrong is printed in one line. */
export async function runCommandLine(surroundings: Process, specs: readonly CommandSpec[]): Promise<number> {
  const { args, streams, signal } = surroundings
  const json = args.includes('--json')
  const program = createProgram(surroundings.version, specs, (spec, given, commandArgs) =>
    runCommand(surroundings, specs, spec, given, commandArgs),
  )
  const writers = { writeOut: streams.out, writeErr: () => {}, outputError: () => {} }
  program.configureOutput(writers)
  for (const command of allCommands(program)) command.configureOutput(writers)
  try {
    await program.parseAsync(args, { from: 'user' })
    return exitCodes.ok.code
  } catch (thrown) {
    if (thrown instanceof CommanderError && thrown.exitCode === 0) return exitCodes.ok.code
    if (thrown instanceof CommanderError && thrown.code === 'commander.help') return showHelp(program, args, streams)
    const error = signal.aborted ? new NodeError('INTERRUPTED', {}, thrown) : asError(thrown, args)
    tellError(streams, json, error)
    return exitCodeOf(error.code)
  }
}

type Program = ReturnType<typeof createProgram>

function allCommands(program: Program): readonly Program[] {
  return program.commands.flatMap((command) => [command, ...allCommands(command)])
}

/** A group named without a command: its help is what the user needs, and nothing was done. */
function showHelp(program: Program, args: readonly string[], streams: Streams): number {
  const command = allCommands(program).find((candidate) => candidate.name() === args[0]) ?? program
  streams.err(command.helpInformation())
  return exitCodes.usage.code
}

function asError(thrown: unknown, args: readonly string[]) {
  if (!(thrown instanceof CommanderError)) return toSluiceError(thrown)
  const words = args.filter((word, index) => index < 2 && /^[a-z]+$/.test(word))
  const problem = thrown.message.replace(/^error: /, '').replace(/\.$/, '')
  return new NodeError('USAGE', { problem, help: ['sluice', ...words, '--help'].join(' ') }, thrown)
}

/** Milliseconds that an interrupted command gets to end in order. */
const ENDS_WITHIN = 1_000

/** Waits for a command, and after an interruption no longer than it may take to end. @throws NodeError INTERRUPTED */
async function endedInTime(running: Promise<void>, signal: AbortSignal, milliseconds: number): Promise<void> {
  running.catch(() => {})
  let stop = () => {}
  const overdue = new Promise<never>((_, reject) => {
    const begin = () => {
      const timer = setTimeout(() => reject(new NodeError('INTERRUPTED')), milliseconds)
      stop = () => clearTimeout(timer)
    }
    if (signal.aborted) begin()
    else signal.addEventListener('abort', begin, { once: true })
  })
  try {
    await Promise.race([running, overdue])
  } finally {
    stop()
  }
}

async function runCommand(
  surroundings: Process,
  specs: readonly CommandSpec[],
  spec: CommandSpec,
  given: Readonly<Record<string, Raw>>,
  args: readonly string[],
): Promise<void> {
  const { environment, streams, signal } = surroundings
  const knownKeys = new Set(specs.flatMap(({ options }) => Object.keys(options)))
  const data = given.data ?? environment[variableOf('data')]
  const folder = parsePath(typeof data === 'string' ? data : DEFAULT_DATA_FOLDER, '--data')
  const config = loadConfig(given.config ?? environment[variableOf('config')], folder, knownKeys)
  const values = resolveValues(spec.options, given, environment, config)
  const output = createOutput(streams, values.json === true)
  const running = spec.run({ output, signal, environment, version: surroundings.version }, values as never, args)
  await endedInTime(running, signal, spec.endsWithin ?? ENDS_WITHIN)
}
