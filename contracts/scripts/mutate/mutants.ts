// All mutants of the sources.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { contractsFolder } from '../tools/foundry.ts'
import { mutationsOf } from './operators.ts'

/** One changed line of one file. */
export interface Mutant {
  /** Relative to the contracts folder. */
  file: string
  /** From 1. */
  line: number
  what: string
  /** The file's text with the change. */
  source: string
}

/** The sources that are mutated: the contract and what it is made of. */
export function mutatedFiles(): string[] {
  const libraries = readdirSync(join(contractsFolder, 'src/libraries')).filter((name) => name.endsWith('.sol'))
  return ['src/Sluice.sol', ...libraries.sort().map((name) => `src/libraries/${name}`)]
}

/** Every mutant, in the order of files and lines. */
export function allMutants(files: readonly string[]): Mutant[] {
  return files.flatMap((file) => {
    const lines = readFileSync(join(contractsFolder, file), 'utf8').split('\n')
    return lines.flatMap((line, index) =>
      mutationsOf(line).map(({ what, text }) => ({
        file,
        line: index + 1,
        what,
        source: lines.with(index, text).join('\n'),
      })),
    )
  })
}

/**
 * Some of the mutants, spread evenly over all.
 *
 * @param mutants - All.
 * @param count - How many at most.
 */
export function sampleOf(mutants: readonly Mutant[], count: number): Mutant[] {
  if (count >= mutants.length) return [...mutants]
  const step = mutants.length / count
  return Array.from({ length: count }, (_, index) => mutants[Math.floor((index + 0.5) * step)]).filter(
    (mutant) => mutant !== undefined,
  )
}
