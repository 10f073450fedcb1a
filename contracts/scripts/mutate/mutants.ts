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

/** The line that is changed, as it is then. */
export function mutatedLine({ source, line }: Mutant): string {
  return source.split('\n')[line - 1] ?? ''
}

/** The sources that are mutated: everything that has code. Files of interfaces, named I…, have none. */
export function mutatedFiles(): string[] {
  const paths = readdirSync(join(contractsFolder, 'src'), { recursive: true, encoding: 'utf8' })
  return paths
    .map((path) => `src/${path.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith('.sol') && !/\/interfaces\/|\/I[A-Z][^/]*$/.test(path))
    .sort()
}

/** Every mutant, in the order of files and lines. */
export function allMutants(files: readonly string[]): Mutant[] {
  return files.flatMap((file) => mutantsOf(file, readFileSync(join(contractsFolder, file), 'utf8')))
}

/** Every mutant of one file's text. */
export function mutantsOf(file: string, text: string): Mutant[] {
  const lines = text.split('\n')
  const assembly = linesOfAssembly(lines)
  return lines.flatMap((line, index) =>
    mutationsOf(line, assembly.has(index))
      // all that a condition guards: the condition is made false already
      .filter(({ text: changed }) => changed !== '' || !/^\s*revert\b/.test(line) || !lines[index - 1]?.endsWith('{'))
      .map(({ what, text: changed }) => ({
        file,
        line: index + 1,
        what,
        source: lines.with(index, changed).join('\n'),
      })),
  )
}

function linesOfAssembly(lines: readonly string[]): Set<number> {
  const found = new Set<number>()
  let depth = 0
  for (const [index, line] of lines.entries()) {
    if (depth > 0) found.add(index)
    if (depth > 0 || /^\s*assembly\b/.test(line)) {
      depth += (line.match(/\{/g)?.length ?? 0) - (line.match(/\}/g)?.length ?? 0)
    }
  }
  return found
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
