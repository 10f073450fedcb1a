// Compiles the mutants of a file together.

import { type Compile, type Compiled, type CompilerError, isTooMuch } from './compile.ts'
import type { Mutant } from './mutants.ts'
import { keyOf, PLACEHOLDER, type Weave, weave } from './weave.ts'

/** The bytecode of a mutant that was compiled with others; undefined if it has to be compiled by itself. */
export type Woven = (mutant: Mutant) => Compiled | undefined

/**
 * Compiles as many of a file's mutants together as that is possible for.
 *
 * @param compile - Of the target.
 * @param file - The file.
 * @param text - Its text.
 * @param mutants - Of the file.
 * @param isSound - Whether the tests pass with none of the mutants chosen.
 */
export function compileTogether(
  compile: Compile,
  file: string,
  text: string,
  mutants: readonly Mutant[],
  isSound: (compiled: Compiled) => boolean,
): Woven {
  const woven = withoutFaults(compile, file, text, mutants)
  if (woven.numbers.size === 0) return () => undefined
  const compiled = compile(file, woven.source, 'quick')
  if (!Array.isArray(compiled) && isSound(chosen(compiled, 0))) {
    return (mutant) => {
      const number = woven.numbers.get(keyOf(mutant))
      return number === undefined ? undefined : chosen(compiled, number)
    }
  }
  if (!Array.isArray(compiled) || !isTooMuch(compiled) || mutants.length < 2) return () => undefined
  const middle = mutants.length >> 1
  const halves = [mutants.slice(0, middle), mutants.slice(middle)].map((half) =>
    compileTogether(compile, file, text, half, isSound),
  )
  return (mutant) => halves.map((half) => half(mutant)).find((found) => found !== undefined)
}

// Leaves out the mutants that do not compile, until the rest does.
function withoutFaults(compile: Compile, file: string, text: string, mutants: readonly Mutant[]): Weave {
  const woven = weave(text, mutants)
  const result = compile(file, woven.source, 'checked')
  const errors = Array.isArray(result) ? result : []
  if (errors.length === 0) return woven
  const faulty = new Set(errors.map((error) => ownerOf(error, file, woven)).filter((owner) => owner !== undefined))
  const rest = mutants.filter((mutant) => !faulty.has(mutant))
  return withoutFaults(compile, file, text, faulty.size === 0 ? [] : rest)
}

function ownerOf({ sourceLocation }: CompilerError, file: string, { source, owners }: Weave): Mutant | undefined {
  if (sourceLocation?.file !== file) return undefined
  const before = Buffer.from(source).subarray(0, sourceLocation.start).toString()
  return owners[before.split('\n').length - 1]
}

function chosen({ creation, runtime }: Compiled, number: number): Compiled {
  const word = number.toString(16).padStart(64, '0')
  return { creation: creation.replaceAll(PLACEHOLDER, word), runtime: runtime.replaceAll(PLACEHOLDER, word) }
}
