import { registerHooks } from 'node:module'
import type { SearchLimits, SearchResult } from './explore/explorer.ts'
import { type Patch, patched } from './patches.ts'
import type { Scope } from './scope.ts'

/** What one process is to search: a scope, with the sources as they are or patched. */
export interface Job {
  readonly scope: Scope
  readonly limits: SearchLimits
  readonly patches: readonly Patch[]
}

/** What it reports while it searches, and at the end. */
export type Report =
  | { readonly type: 'progress'; readonly states: number; readonly left: number }
  | { readonly type: 'result'; readonly result: SearchResult }

/** The job that the parent sends. */
const { scope, limits, patches } = await new Promise<Job>((resolve) => process.once('message', resolve))
const used = new Set<Patch>()

// The sources are read by this process from here on: nothing of the node was loaded before.
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
const report = (one: Report) => process.send?.(one)
const result = explorer.run(limits, (states, left) => report({ type: 'progress', states, left }))
process.send?.({ type: 'result', result } satisfies Report, () => process.disconnect())
