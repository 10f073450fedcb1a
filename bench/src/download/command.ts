import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const entry = fileURLToPath(new URL('../../../apps/node/src/main.ts', import.meta.url))

/** What a command says on a line. */
export type Line = Readonly<Record<string, unknown>>

/** A `sluice` command that runs. */
export interface Running {
  readonly child: ChildProcess
  /** Its last line, once it has ended well. Rejects with what it complained of. */
  readonly ended: Promise<Line>
  /** Resolves with the line that says it is ready. */
  readonly ready: Promise<Line>
}

/** Starts a `sluice` command. `imports`: modules that its process loads first. */
export function startSluice(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  imports: readonly string[] = [],
): Running {
  const options = imports.flatMap((url) => ['--import', url])
  const child = spawn(process.execPath, [...options, entry, ...args, '--json'], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let last: Line = {}
  let complaint = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-2000)
  })
  const ended = once(child, 'close').then(([code]) => {
    if (code === 0) return last
    throw new Error(`sluice ${args[0]} ended with ${code}: ${JSON.stringify(last)} ${complaint}`)
  })
  const ready = new Promise<Line>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (text) => {
      last = JSON.parse(text) as Line
      if (last.type === 'ready') resolve(last)
    })
    ended.then(() => reject(new Error(`sluice ${args[0]} has ended`)), reject)
  })
  for (const promise of [ready, ended]) promise.catch(() => {})
  return { child, ended, ready }
}

/** Runs a `sluice` command to its end. */
export const runSluice = (...start: Parameters<typeof startSluice>): Promise<Line> => startSluice(...start).ended

/** Stops a daemon. */
export async function stopSluice({ child, ended }: Running): Promise<void> {
  child.kill('SIGTERM')
  await ended.catch(() => undefined)
}
