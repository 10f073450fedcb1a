// Processes that share the mutants among them.

import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Verdict } from './examine.ts'
import type { Mutant } from './mutants.ts'

const script = fileURLToPath(new URL('worker.ts', import.meta.url))

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
  const queue = mutants.entries()
  const workers = Array.from({ length: Math.min(count, mutants.length) }, (_, index) =>
    fork(script, [folder, String(index)]),
  )
  try {
    await Promise.all(workers.map((worker) => feed(worker, queue, onVerdict)))
  } finally {
    for (const worker of workers) worker.kill()
  }
}

function feed(
  worker: ChildProcess,
  queue: IterableIterator<[number, Mutant]>,
  onVerdict: (index: number, verdict: Verdict) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let current = -1
    const next = () => {
      const { value, done } = queue.next()
      if (done === true) return resolve()
      const [index, mutant] = value
      current = index
      worker.send(mutant)
    }
    worker.on('message', (verdict: Verdict) => {
      onVerdict(current, verdict)
      next()
    })
    worker.once('error', reject)
    worker.once('exit', (code) => reject(new Error(`a worker ended with exit code ${code}`)))
    next()
  })
}
