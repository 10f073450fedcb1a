import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** An example that runs, as somebody at a terminal has it. */
export interface RunningExample extends AsyncDisposable {
  /** All that it wrote so far. */
  readonly said: () => string
  /** The first match in what it wrote; waits for it. Rejects if the example ends before. */
  readonly says: (pattern: RegExp) => Promise<RegExpExecArray>
  /** Ctrl-C: the signal reaches all of its processes. Resolves once none of them is left; rejects if one is, or complained. */
  readonly interrupt: () => Promise<void>
}

/** Whether a process of that group is left. */
function isGroupAlive(pid: number): boolean {
  try {
    process.kill(-pid, 0)
    return true
  } catch {
    return false
  }
}

/** Starts an example by `npm start` in its folder, in a process group of its own. */
export function startExample(name: string): RunningExample {
  const cwd = fileURLToPath(new URL(`../${name}/`, import.meta.url))
  const child = spawn('npm', ['start'], { cwd, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const pid = child.pid ?? 0
  let said = ''
  const looking = new Set<() => void>()
  const hear = (text: string): void => {
    said += text
    for (const look of looking) look()
  }
  child.stdout.setEncoding('utf8').on('data', hear)
  child.stderr.setEncoding('utf8').on('data', hear)
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)))

  const says = (pattern: RegExp): Promise<RegExpExecArray> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = pattern.exec(said)
        if (found === null) return
        looking.delete(look)
        resolve(found)
      }
      looking.add(look)
      look()
      void ended.then((code) => reject(new Error(`${name} ended with ${code} and never said ${pattern}:\n${said}`)))
    })
  return {
    said: () => said,
    says,
    async interrupt() {
      const before = said.length
      process.kill(-pid, 'SIGINT')
      await ended
      if (isGroupAlive(pid)) throw new Error(`${name} left processes behind:\n${said}`)
      if (/error|fail/i.test(said.slice(before))) throw new Error(`${name} did not end well:\n${said}`)
    },
    async [Symbol.asyncDispose]() {
      if (isGroupAlive(pid)) process.kill(-pid, 'SIGKILL')
      await ended
    },
  }
}
