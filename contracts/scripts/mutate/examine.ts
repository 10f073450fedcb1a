// What becomes of one mutant.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { contractsFolder } from '../tools/foundry.ts'
import { type Compile, type Compiled, isTooMuch, makeCompiler } from './compile.ts'
import { type Mutant, mutantsOf } from './mutants.ts'
import { type Target, targetsOf } from './targets.ts'
import { compileTogether, type Woven } from './woven.ts'

/** The end of a mutant. The first two say nothing about the tests and are not counted. */
export type Verdict =
  | { end: 'invalid' | 'equivalent' | 'survived' }
  | {
      end: 'killed'
      /** The test that noticed. */
      by: string
    }

type Judge = (target: Target, mutant: Compiled) => string | undefined

/** A target, ready to be mutated. */
interface Bench {
  target: Target
  compile: Compile
  /** As it is, compiled quickly. */
  original: Compiled
  /** The mutants of one file that were compiled together. */
  wovenOf: (file: string) => Woven
  /** As it is, optimized. */
  optimized: () => Compiled
}

/**
 * Makes an examiner, which keeps what it compiled.
 *
 * @param judge - Says which test notices a target's mutant.
 * @returns A function from a mutant to its verdict. It throws if tests fail without any mutation.
 */
export function makeExaminer(judge: Judge): (mutant: Mutant) => Verdict {
  const benchOf = remembering(
    ({ contract }: Target) => contract,
    (target) => makeBench(target, judge),
  )
  return (mutant) => {
    const benches = targetsOf(mutant.file).map(benchOf)
    const deployed = benches.filter(({ target }) => !target.isHarness)
    const woven = deployed.map((bench) => ({ bench, compiled: bench.wovenOf(mutant.file)(mutant) }))
    const alone = woven.filter(({ compiled }) => compiled === undefined).map(({ bench }) => bench)
    if (alone.length === woven.length && alone.some((bench) => hasFaults(bench, mutant))) return { end: 'invalid' }
    // what is compiled already goes first
    for (const { bench, compiled } of woven) {
      const by = compiled && judge(bench.target, compiled)
      if (by !== undefined) return { end: 'killed', by }
    }
    for (const bench of [...benches.filter(({ target }) => target.isHarness), ...alone]) {
      const compiled = compiledAlone(bench, mutant)
      const by = compiled && judge(bench.target, compiled)
      if (by !== undefined) return { end: 'killed', by }
    }
    return lastVerdict(deployed, mutant, judge)
  }
}

// As it would be deployed: if it means anything else at all, the tests have the last word on just that.
function lastVerdict(deployed: readonly Bench[], { file, source }: Mutant, judge: Judge): Verdict {
  const compiled = deployed.flatMap((bench) => {
    const result = bench.compile(file, source, 'optimized')
    return Array.isArray(result) ? [] : [{ bench, result }]
  })
  if (compiled.length === 0) return { end: 'invalid' }
  const different = compiled.filter(({ bench, result }) => result.creation !== bench.optimized().creation)
  for (const { bench, result } of different) {
    const by = judge(bench.target, result)
    if (by !== undefined) return { end: 'killed', by }
  }
  return { end: different.length === 0 ? 'equivalent' : 'survived' }
}

function hasFaults({ compile }: Bench, { file, source }: Mutant): boolean {
  const result = compile(file, source, 'checked')
  return Array.isArray(result) && result.length > 0
}

// Undefined as well if nothing of the target changed.
function compiledAlone({ compile, original }: Bench, { file, source }: Mutant): Compiled | undefined {
  const quick = compile(file, source, 'quick')
  if (!Array.isArray(quick)) return quick.creation === original.creation ? undefined : quick
  const optimized = isTooMuch(quick) ? compile(file, source, 'optimized') : quick
  return Array.isArray(optimized) ? undefined : optimized
}

function makeBench(target: Target, judge: Judge): Bench {
  const compile = makeCompiler(target)
  const textOf = (file: string) => readFileSync(join(contractsFolder, file), 'utf8')
  const original = compile(target.root, textOf(target.root), 'quick')
  if (Array.isArray(original)) throw new Error(`${target.root} does not compile`)
  const failing = judge(target, original)
  if (failing !== undefined) throw new Error(`${failing} fails without any mutation`)
  const isSound = (compiled: Compiled) => judge(target, compiled) === undefined
  const wovenOf = remembering(
    (file: string) => file,
    (file) => compileTogether(compile, file, textOf(file), mutantsOf(file, textOf(file)), isSound),
  )
  const optimized = remembering(
    () => '',
    () => {
      const compiled = compile(target.root, textOf(target.root), 'optimized')
      if (Array.isArray(compiled)) throw new Error(`${target.root} does not compile`)
      return compiled
    },
  )
  return { target, compile, original, wovenOf, optimized: () => optimized('') }
}

function remembering<K, V>(keyOf: (of: K) => string, make: (of: K) => V): (of: K) => V {
  const kept = new Map<string, V>()
  return (of) => {
    const made = kept.get(keyOf(of)) ?? make(of)
    kept.set(keyOf(of), made)
    return made
  }
}
