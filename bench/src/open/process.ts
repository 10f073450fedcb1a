import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Measured, MeasureRequest } from './measure.ts'

/** Measures in a process of its own, which holds nothing but what is measured. */
export async function measureApart(request: MeasureRequest): Promise<Measured> {
  const path = fileURLToPath(new URL('./measurer.ts', import.meta.url))
  const execArgv = ['--expose-gc', '--max-old-space-size=8192', '--disable-warning=ExperimentalWarning']
  const child = fork(path, { serialization: 'advanced', execArgv })
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the process that measures ended with ${code}`)
  })
  child.send(request)
  const [measured] = await Promise.race([once(child, 'message'), ended])
  child.disconnect()
  await ended.catch(() => {})
  return measured
}
