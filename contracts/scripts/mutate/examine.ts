// What becomes of one mutant.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { contractsFolder } from '../tools/foundry.ts'
import { type Compiled, type Compiler, makeCompiler } from './compile.ts'
import type { Mutant } from './mutants.ts'
import { type Target, targetsOf } from './targets.ts'

/** The end of a mutant. The first two say nothing about the tests and are not counted. */
export type Verdict =
  | { end: 'invalid' | 'equivalent' | 'survived' }
  | {
      end: 'killed'
      /** The test that noticed. */
      by: string
    }

type Judge = (target: Target, mutant: Compiled) => string | undefined

interface Bench {
  compiler: Compiler
  original: Compiled
  /** Made when first asked for: only survivors need it. */
  optimized: () => Compiled | undefined
}

/**
 * Makes an examiner, which keeps the compilers of the targets that it met.
 *
 * @param judge - Says which test notices a target's mutant.
 * @returns A function from a mutant to its verdict. It throws if tests fail without any mutation.
 */
export function makeExaminer(judge: Judge): (mutant: Mutant) => Verdict {
  const benches = new Map<string, Bench>()
  const benchOf = (target: Target): Bench => {
    const bench = benches.get(target.contract) ?? makeBench(target, judge)
    benches.set(target.contract, bench)
    return bench
  }
  return ({ file, source }) => {
    const changed: Target[] = []
    let compiles = false
    for (const target of targetsOf(file)) {
      const { compiler, original } = benchOf(target)
      const mutant = compiler.quick(file, source)
      if (mutant === undefined) continue
      compiles = true
      if (mutant.creation === original.creation) continue
      const by = judge(target, mutant)
      if (by !== undefined) return { end: 'killed', by }
      changed.push(target)
    }
    if (!compiles) return { end: 'invalid' }
    const differs = changed.some((target) => {
      const { compiler, optimized } = benchOf(target)
      return !target.isHarness && compiler.optimized(file, source)?.creation !== optimized()?.creation
    })
    return { end: differs ? 'survived' : 'equivalent' }
  }
}

function makeBench(target: Target, judge: Judge): Bench {
  const compiler = makeCompiler(target)
  const text = readFileSync(join(contractsFolder, target.root), 'utf8')
  const original = compiler.quick(target.root, text)
  if (original === undefined) throw new Error(`${target.root} does not compile`)
  const failing = judge(target, original)
  if (failing !== undefined) throw new Error(`${failing} fails without any mutation`)
  let optimized: Compiled | undefined
  return {
    compiler,
    original,
    optimized: () => (optimized ??= compiler.optimized(target.root, text)),
  }
}
