import { type ChildProcess, spawn } from 'node:child_process'
import { constants } from 'node:os'
import { delimiter, join } from 'node:path'
import { root } from './workspaces.ts'

/** How a command ended. */
export interface CommandResult {
  /** 0 when it succeeded; 128 + the signal's number when a signal ended it, as shells count. */
  readonly code: number
  /** What it wrote on both its outputs, empty when they were inherited. */
  readonly output: string
}

/**
 * What becomes of a command's outputs: `inherit` hands it the terminal, `keep` collects them, `show` does both through a pipe.
 */
export type OutputMode = 'inherit' | 'keep' | 'show'

/** How a command is run. */
export interface CommandOptions {
  readonly output: OutputMode
  /** Absolute. Default: the repository's root. */
  readonly cwd?: string
  /** Folders that are searched for programs before all others. */
  readonly programs?: readonly string[]
}

const running = new Set<ChildProcess>()

/** Runs a command without standard input, and waits until it and its outputs have ended. */
export function runCommand(
  [file = '', ...args]: readonly string[],
  { output: mode, cwd = root, programs = [] }: CommandOptions,
): Promise<CommandResult> {
  const stdout = mode === 'inherit' ? 'inherit' : 'pipe'
  const child = spawn(file, args, { cwd, stdio: ['ignore', stdout, stdout], env: environment(mode, programs) })
  running.add(child)
  const chunks: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      if (mode === 'show') process.stdout.write(chunk)
    })
  }
  return new Promise((resolve) => {
    const end = (code: number, note = '') => {
      running.delete(child)
      resolve({ code, output: Buffer.concat(chunks).toString('utf8') + note })
    }
    child.once('error', (error) => end(127, `${file}: ${error.message}\n`))
    child.once('close', (code, signal) => end(code ?? 128 + (signal === null ? 0 : constants.signals[signal])))
  })
}

/** The tools that the packages brought come first; what is kept or parsed is kept plain, whatever the caller's terminal likes. */
function environment(mode: OutputMode, programs: readonly string[]): NodeJS.ProcessEnv {
  const path = [...programs, join(root, 'node_modules/.bin'), process.env.PATH ?? ''].join(delimiter)
  const env: NodeJS.ProcessEnv = { ...process.env, PATH: path }
  if (mode === 'inherit') return env
  const { FORCE_COLOR, CLICOLOR_FORCE, ...plain } = env
  return { ...plain, NO_COLOR: '1' }
}

let isEnding = false

// A signal that reaches this process alone (not the terminal's group) must not leave a running suite behind.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void endAll(signal))

async function endAll(signal: NodeJS.Signals): Promise<void> {
  // npm passes on a Ctrl-C that the terminal has sent here too: the second is the same one.
  if (isEnding) return
  isEnding = true
  await Promise.all(Array.from(running, (child) => endChild(child, signal)))
  process.exit(128 + constants.signals[signal])
}

function endChild(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  return new Promise((resolve) => {
    child.once('close', () => resolve())
    child.kill(signal)
  })
}
