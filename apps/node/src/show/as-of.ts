import type { Source } from '../access/node-views.ts'
import { ageText } from '../age.ts'

/** Where what is shown comes from, for programs. */
export interface AsOf {
  readonly source: Source['type']
  /** Newest final block that is known, and its time in Unix seconds. */
  readonly block?: bigint
  readonly time?: bigint
  /** What is wrong with the chain, or who has the store and does not answer. */
  readonly problem?: string
}

/** As of when something is shown. */
export function asOf(source: Source): AsOf {
  const { final, problem } = factsOf(source)
  return {
    source: source.type,
    ...(final === undefined ? {} : { block: final.number, time: final.timestamp }),
    ...(problem === undefined ? {} : { problem }),
  }
}

function factsOf(source: Source) {
  switch (source.type) {
    case 'nothing':
      return { final: undefined, problem: undefined }
    case 'store': {
      const { final, heldBy } = source
      return {
        final,
        problem: heldBy === undefined ? undefined : `process ${heldBy} has the store and does not answer`,
      }
    }
    case 'node': {
      const { final, status, reason } = source.status.chain
      return {
        final,
        problem: status === 'good' ? undefined : `the chain is ${status}: ${reason ?? 'no reason is known'}`,
      }
    }
  }
}

/** The same in a line for people. `now`: Unix milliseconds. */
export function asOfText(source: Source, now: number): string {
  if (source.type === 'nothing') return 'no node was started with this folder yet'
  const { block, time, problem } = asOf(source)
  const when =
    block === undefined || time === undefined
      ? 'before the first final block'
      : `as of final block ${block}, ${ageText(now / 1000 - Number(time))} old`
  const line = source.type === 'node' ? when : `${when}; ${storeText(source.heldBy)}`
  return problem === undefined ? line : `${line}; ${problem}`
}

const storeText = (heldBy: number | undefined) =>
  heldBy === undefined ? 'no node runs: read from its store (--sync looks at the chain)' : 'read from its store'
