import { registerHooks } from 'node:module'
import { parentPort, workerData } from 'node:worker_threads'
import type { SearchLimits, SearchResult } from './explore/explorer.ts'
import { type Patch, patched } from './patches.ts'
import type { Scope } from './scope.ts'

/** What one worker is to search: a scope, with the sources as they are or patched. */
export interface Job {
  readonly scope: Scope
  readonly limits: SearchLimits
  readonly patches: readonly Patch[]
}

/** What a worker tells while it searches, and at the end. */
export type Told =
  | { readonly type: 'progress'; readonly states: number; readonly left: number }
  | { readonly type: 'result'; readonly result: SearchResult }

const { scope, limits, patches } = workerData as Job
const used = new Set<Patch>()

// The sources are read by this thread from here on: nothing of the node was loaded before.
registerHooks({
  load(url, context, next) {
    const loaded = next(url, context)
    const own = patches.filter(({ file }) => url.endsWith(file))
    if (own.length === 0) return loaded
    for (const patch of own) used.add(patch)
    return { ...loaded, source: patched(url, String(loaded.source), own) }
  },
})

const { Explorer } = await import('./explore/explorer.ts')
const missed = patches.filter((patch) => !used.has(patch))
if (missed.length > 0) throw new RangeError(`no source ${missed.map(({ file }) => file).join(', ')}`)
const explorer = new Explorer(scope, { isTolerant: patches.length > 0 })
const tell = (told: Told) => parentPort?.postMessage(told)
tell({ type: 'result', result: explorer.run(limits, (states, left) => tell({ type: 'progress', states, left })) })
