// Mutation testing of the contracts: which small mistakes would no test notice?

import { rmSync } from 'node:fs'
import type { Verdict } from './examine.ts'
import { prepareCopies } from './judge.ts'
import { allMutants, type Mutant, mutatedFiles, sampleOf } from './mutants.ts'
import { examineAll } from './pool.ts'

/** A mutant that no test noticed. */
export interface Survivor {
  /** Relative to the repository's root. */
  file: string
  line: number
  what: string
}

/** What a run came to. Mutants that do not compile, or mean the same to the compiler, are not counted. */
export interface MutationReport {
  mutants: number
  killed: number
  /** In the order of files and lines. */
  survivors: Survivor[]
  seconds: number
}

/** What a run is told. */
export interface MutationOptions {
  /** How many mutants at most, spread evenly over all. */
  sample: number
  /** Only mutants whose place (`src/Sluice.sol:72`) holds one of these; all if there is none. */
  places: readonly string[]
  /** How many processes share the work. */
  workers: number
  /** Hears of each verdict as it comes. */
  onVerdict: (mutant: Mutant, verdict: Verdict, done: number, all: number) => void
}

/** Makes mutants and runs the tests against each. @throws Error if the tests fail without any mutation. */
export async function mutate({ sample, places, workers, onVerdict }: MutationOptions): Promise<MutationReport> {
  const started = performance.now()
  const chosen = allMutants(mutatedFiles()).filter(({ file, line }) => isIn(places, `${file}:${line}`))
  const mutants = sampleOf(chosen, sample)
  const verdicts: Verdict[] = []
  const folder = prepareCopies(String(process.pid))
  const clear = () => rmSync(folder, { recursive: true, force: true })
  process.once('exit', clear)
  try {
    let done = 0
    await examineAll(mutants, workers, folder, (index, verdict) => {
      verdicts[index] = verdict
      const mutant = mutants[index]
      if (mutant !== undefined) onVerdict(mutant, verdict, ++done, mutants.length)
    })
  } finally {
    process.off('exit', clear)
    clear()
  }
  const killed = verdicts.filter(({ end }) => end === 'killed').length
  const survivors = mutants
    .filter((_, index) => verdicts[index]?.end === 'survived')
    .map(({ file, line, what }) => ({ file: `contracts/${file}`, line, what }))
  const seconds = Math.round((performance.now() - started) / 1000)
  return { mutants: killed + survivors.length, killed, survivors, seconds }
}

function isIn(places: readonly string[], place: string): boolean {
  return places.length === 0 || places.some((part) => place.includes(part))
}
