// Processes that share the mutants among them.

import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Verdict } from './examine.ts'
import type { Mutant } from './mutants.ts'

const script = fileURLToPath(new URL('worker.ts', import.meta.url))

/** A mutant with its place in the list. */
type Item = readonly [index: number, mutant: Mutant]

/**
 * Examines all mutants, each in whichever process is free.
 *
 * @param mutants - In this order; verdicts come in any.
 * @param count - How many processes.
 * @param folder - Where they put their copies of the project.
 * @param onVerdict - Hears of each verdict, with the mutant's place in the list.
 * @throws Error if a process ends before its work is done; it has said why on standard error.
 */
export async function examineAll(
  mutants: readonly Mutant[],
  count: number,
  folder: string,
  onVerdict: (index: number, verdict: Verdict) => void,
): Promise<void> {
  const take = makeQueue(mutants)
  const workers = Array.from({ length: Math.min(count, mutants.length) }, (_, index) =>
    fork(script, [folder, String(index)]),
  )
  try {
    await Promise.all(workers.map((worker) => feed(worker, take, onVerdict)))
  } finally {
    for (const worker of workers) worker.kill()
  }
}

/**
 * Hands out mutants so that a process stays with a file whose mutants it has compiled, as long as there are any.
 *
 * @returns A function from the file that a process is at to what it gets next; undefined when nothing is left.
 */
export function makeQueue(mutants: readonly Mutant[]): (file: string | undefined) => Item | undefined {
  const waiting = new Map<string, Item[]>()
  for (const [index, mutant] of mutants.entries()) {
    const items = waiting.get(mutant.file) ?? []
    waiting.set(mutant.file, [...items, [index, mutant]])
  }
  const started = new Set<string>()
  return (file) => {
    const files = [...waiting.keys()]
    const own = file !== undefined && waiting.has(file) ? file : undefined
    const next = own ?? files.find((name) => !started.has(name)) ?? files[0]
    const items = next === undefined ? undefined : waiting.get(next)
    if (next === undefined || items === undefined) return undefined
    started.add(next)
    const item = items.shift()
    if (items.length === 0) waiting.delete(next)
    return item
  }
}

function feed(
  worker: ChildProcess,
  take: (file: string | undefined) => Item | undefined,
  onVerdict: (index: number, verdict: Verdict) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let current: Item | undefined
    const next = () => {
      current = take(current?.[1].file)
      if (current === undefined) resolve()
      else worker.send(current[1])
    }
    worker.on('message', (verdict: Verdict) => {
      if (current !== undefined) onVerdict(current[0], verdict)
      next()
    })
    worker.once('error', reject)
    worker.once('exit', (code) => reject(new Error(`a worker ended with exit code ${code}`)))
    next()
  })
}
