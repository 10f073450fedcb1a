import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { SearchLimits, SearchResult } from './explore/explorer.ts'
import type { Rule } from './patches.ts'
import type { Scope } from './scope.ts'
import { scopeOf } from './scopes.ts'
import type { Job, Report } from './worker.ts'

/** Memory of a search, MB. */
const MEMORY_MB = 6_000

type OnProgress = (states: number, left: number) => void

const program = fileURLToPath(new URL('./worker.ts', import.meta.url))

/** Searches a scope in a process of its own, by the node's sources or by patched ones. */
export function search(
  scope: Scope,
  limits: SearchLimits,
  rule?: Rule,
  onProgress: OnProgress = () => {},
): Promise<SearchResult> {
  const job: Job = { scope, limits, patches: rule?.patches ?? [] }
  const worker = fork(program, { serialization: 'advanced', execArgv: [`--max-old-space-size=${MEMORY_MB}`] })
  return new Promise((resolve, reject) => {
    worker.on('message', (report: Report) => {
      if (report.type === 'progress') onProgress(report.states, report.left)
      else resolve(report.result)
    })
    worker.once('error', reject)
    worker.once('exit', (code, signal) => {
      reject(new Error(`the search of ${scope.name} ended with ${signal ?? `code ${code}`}`))
    })
    worker.send(job)
  })
}

/** Searches for an attack without a rule, where it is known to be found: also while honest parties want nothing themselves. */
export function searchWithout(rule: Rule, limits: SearchLimits, onProgress?: OnProgress): Promise<SearchResult> {
  return search({ ...scopeOf(rule.scope, rule.thieves), isQuiet: true }, limits, rule, onProgress)
}
