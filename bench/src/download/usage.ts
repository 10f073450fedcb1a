import { readFileSync } from 'node:fs'

/** What a process has taken. */
export interface Usage {
  /** Processor seconds. */
  readonly cpu: number
  /** The most memory resident at a time, MiB. */
  readonly memory: number
}

const TICKS_A_SECOND = 100

/** What a running process has taken so far; undefined where the system does not tell (it is not Linux). */
export function usageOf(pid: number | undefined): Usage | undefined {
  try {
    // Behind the name, which may hold anything.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
    const [, kilobytes] = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return { cpu: (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND, memory: Number(kilobytes) / 1024 }
  } catch {
    return undefined
  }
}
