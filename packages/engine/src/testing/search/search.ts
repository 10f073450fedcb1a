import { Worker } from 'node:worker_threads'
import type { SearchLimits, SearchResult } from './explore/explorer.ts'
import type { Rule } from './patches.ts'
import type { Scope } from './scope.ts'
import { scopeOf } from './scopes.ts'
import type { Job, Told } from './worker.ts'

/** Memory of a worker, MB. */
const MEMORY_MB = 6_000

type OnProgress = (states: number, left: number) => void

/** Searches a scope in a thread of its own, by the node's sources or by patched ones. */
export function search(
  scope: Scope,
  limits: SearchLimits,
  rule?: Rule,
  onProgress: OnProgress = () => {},
): Promise<SearchResult> {
  const job: Job = { scope, limits, patches: rule?.patches ?? [] }
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: job,
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
  })
  return new Promise((resolve, reject) => {
    worker.on('message', (told: Told) => {
      if (told.type === 'progress') onProgress(told.states, told.left)
      else resolve(told.result)
    })
    worker.once('error', reject)
    worker.once('exit', (code) => reject(new Error(`the search of ${scope.name} ended with code ${code}`)))
  })
}

/** Searches for an attack without a rule, where it is known to be found: also while honest parties want nothing themselves. */
export function searchWithout(rule: Rule, limits: SearchLimits, onProgress?: OnProgress): Promise<SearchResult> {
  return search({ ...scopeOf(rule.scope, rule.thieves), isQuiet: true }, limits, rule, onProgress)
}
