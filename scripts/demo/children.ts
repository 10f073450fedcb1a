import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/** How a program is started. */
export interface StartOptions {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  /** Called with every line of standard output. */
  readonly onLine?: (line: string) => void
  /** Called with what it writes on standard error, as it comes. */
  readonly onError?: (text: string) => void
}

/** A program that was started. */
export interface Child {
  /** Resolves with the exit code once the program has ended and its output was read; null after a signal. */
  readonly ended: Promise<number | null>
  readonly stop: (signal: NodeJS.Signals) => void
  /** The end of what it wrote on standard error. */
  readonly complaint: () => string
}

/** The programs that this one started. */
export interface Children {
  readonly start: (options: StartOptions) => Child
  /** Stops all of them, the newest first, and resolves once none runs. */
  readonly stopAll: () => Promise<void>
}

/** A program that does not stop when asked is ended after this many milliseconds. */
const PATIENCE = 10_000

/** Keeps account of started programs, so that none is left. */
export function createChildren(): Children {
  const running: Child[] = []
  const start = (options: StartOptions): Child => {
    const child = startChild(options)
    running.push(child)
    const forget = () => running.splice(running.indexOf(child), 1)
    child.ended.then(forget, forget)
    return child
  }
  const stopAll = async () => {
    for (const child of running.slice().reverse()) await stop(child)
  }
  return { start, stopAll }
}

async function stop(child: Child): Promise<void> {
  child.stop('SIGTERM')
  const impatient = setTimeout(() => child.stop('SIGKILL'), PATIENCE)
  await child.ended.catch(() => null)
  clearTimeout(impatient)
}

function startChild({ name, command, args, environment, onLine, onError }: StartOptions): Child {
  // A group of its own: Ctrl-C then reaches this program alone, which stops the others in order. Its end ends their input.
  const started = spawn(command, args, { env: { ...process.env, ...environment }, stdio: 'pipe', detached: true })
  let complaint = ''
  started.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-4000)
    onError?.(text)
  })
  createInterface({ input: started.stdout }).on('line', (line) => onLine?.(line))
  started.stdin.on('error', () => {})
  return { ended: endOf(started, name), stop: (signal) => started.kill(signal), complaint: () => complaint.trim() }
}

function endOf(started: ChildProcess, name: string): Promise<number | null> {
  return new Promise((resolve, reject) => {
    started.once('error', (thrown) => reject(new Error(`${name} can not be started: ${thrown.message}`)))
    started.once('close', (code) => resolve(code))
  })
}
