import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

/** A line of a command's answer. */
export type Line = Readonly<Record<string, unknown>>

const running = new Set<ChildProcess>()

/** Starts the installed command. Resolves with the first line for which `isAnswer` holds, or with the last one. */
export function sluice(environment: NodeJS.ProcessEnv, args: string[], isAnswer = (_: Line) => false): Promise<Line> {
  const env = { ...process.env, ...environment }
  const child = spawn('sluice', [...args, '--json'], { env, stdio: ['pipe', 'pipe', 'inherit'] })
  running.add(child)
  return new Promise((resolve, reject) => {
    let last: Line = {}
    createInterface({ input: child.stdout }).on('line', (text) => {
      last = JSON.parse(text) as Line
      if (isAnswer(last)) resolve(last)
    })
    child.once('error', reject).once('close', (code) => {
      running.delete(child)
      if (code === 0) resolve(last)
      else reject(new Error(`sluice ${args.join(' ')}: ${JSON.stringify(last.error ?? last)}`))
    })
  })
}

/** Starts one that stays, and resolves once it is ready. It ends when its input does: at the latest with this program. */
export const daemon = (environment: NodeJS.ProcessEnv, args: string[]): Promise<Line> =>
  sluice(environment, [...args, '--until-stdin-ends'], ({ type }) => type === 'ready')

/** Ends all that runs. */
export async function stopAll(): Promise<void> {
  const ended = Array.from(running, (child) => new Promise((resolve) => child.once('close', resolve)))
  for (const { stdin } of running) stdin?.end()
  await Promise.all(ended)
}
