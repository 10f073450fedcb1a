import { fileURLToPath } from 'node:url'
import type { Child, Children } from './children.ts'

const entry = fileURLToPath(new URL('../../apps/node/src/main.ts', import.meta.url))

/** What a command of `sluice --json` said, line by line. */
export type Line = Readonly<Record<string, unknown>>

/** How a command is run. */
export interface RunOptions {
  readonly args: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly onLine?: (line: Line) => void
}

/** A daemon that is ready: what it said of itself. */
export interface Daemon {
  readonly child: Child
  readonly ready: Line
}

/**
 * Runs a `sluice` command to its end.
 *
 * @returns the last line of its answer
 * @throws Error with the command's own error line
 */
export async function runSluice(children: Children, { args, environment = {}, onLine }: RunOptions): Promise<Line> {
  let last: Line = {}
  const child = children.start({
    name: `sluice ${args[0]}`,
    command: process.execPath,
    args: [entry, ...args, '--json'],
    environment,
    onLine: (text) => {
      last = parseLine(text)
      onLine?.(last)
    },
  })
  const code = await child.ended
  if (code === 0) return last
  throw new Error(`sluice ${args.join(' ')}: ${errorText(last) ?? (child.complaint() || `ended with ${code}`)}`)
}

/** Starts a command that is ended from outside. */
export function startSluice(children: Children, { args, environment = {}, onLine }: RunOptions): Child {
  return children.start({
    name: `sluice ${args[0]}`,
    command: process.execPath,
    args: [entry, ...args, '--json'],
    environment,
    onLine: (text) => onLine?.(parseLine(text)),
  })
}

/** Starts a daemon and resolves once it says that it is ready. */
export function startDaemon(children: Children, { args, environment = {} }: RunOptions): Promise<Daemon> {
  return new Promise((resolve, reject) => {
    let last: Line = {}
    const child = children.start({
      name: `sluice ${args[0]}`,
      command: process.execPath,
      args: [entry, ...args, '--json', '--until-stdin-ends'],
      environment,
      onLine: (text) => {
        last = parseLine(text)
        if (last.type === 'ready') resolve({ child, ready: last })
      },
    })
    const fail = (code: number | null) =>
      reject(new Error(`sluice ${args[0]}: ${errorText(last) ?? (child.complaint() || `ended with ${code}`)}`))
    child.ended.then(fail, reject)
  })
}

function parseLine(text: string): Line {
  try {
    return JSON.parse(text) as Line
  } catch {
    return { type: 'text', text }
  }
}

function errorText(line: Line): string | undefined {
  const { error } = line
  if (typeof error !== 'object' || error === null || !('message' in error) || !('action' in error)) return undefined
  return `${String(error.message)}. ${String(error.action)}`
}

/** A text of a line. */
export function textOf(line: Line, key: string): string {
  const value = line[key]
  if (typeof value !== 'string') throw new Error(`the answer has no ${key}: ${JSON.stringify(line)}`)
  return value
}

/** A number of a line. */
export function numberOf(line: Line, key: string): number {
  const value = line[key]
  if (typeof value !== 'number') throw new Error(`the answer has no ${key}: ${JSON.stringify(line)}`)
  return value
}
