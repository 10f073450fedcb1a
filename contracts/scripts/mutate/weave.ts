// All mutants of a file in one: each changed statement stands beside the original, and a number that the source holds says
// which of them runs. Compiled once, the number is written into the bytecode for each mutant, instead of compiling for each.

import { type Mutant, mutatedLine } from './mutants.ts'

/** A mutant among those of its file. */
export const keyOf = ({ line, what }: Mutant): string => `${line} ${what}`

/** A file's text with mutants in it. */
export interface Weave {
  source: string
  /** For each line of the source the mutant that it belongs to; undefined for what is always there. */
  owners: (Mutant | undefined)[]
  /** The mutants that found a place, by their keys, with their numbers: from 1. */
  numbers: Map<string, number>
}

/** The number as it stands in the source, and so in the bytecode: no other 32 bytes are like it. */
export const PLACEHOLDER = 'e7d15cc3a5f2b84964c01f3be98a7d260b53f1479ce6d8a23507bb94cf1e6a8d'
const NAME = 'WHICH_MUTANT'

type Line = readonly [text: string, owner?: Mutant]

interface Variant {
  number: number
  mutant: Mutant
  text: string
}

/**
 * Weaves mutants into a file. Those of signatures and loops, and of whatever else is no whole statement, find no place.
 *
 * @param text - The file as it is.
 * @param mutants - Of this file.
 */
export function weave(text: string, mutants: readonly Mutant[]): Weave {
  const lines = text.split('\n')
  const numberOf = new Map(mutants.map((mutant, index) => [mutant, index + 1]))
  const out: Line[] = []
  for (let at = 0; at < lines.length; ) {
    const end = endOfStatement(lines, at)
    const own = mutants.filter(({ line }) => line > at && line <= end + 1)
    const statement = lines.slice(at, end + 1)
    const original = statement.join('\n')
    const variants = own.map((mutant) => ({
      number: numberOf.get(mutant) ?? 0,
      mutant,
      text: statement.with(mutant.line - 1 - at, mutatedLine(mutant)).join('\n'),
    }))
    const woven = own.length === 0 ? undefined : wovenStatement(original, variants, isInAssembly(lines, at))
    out.push(...(woven ?? [[original] as const]))
    at = end + 1
  }
  out.push([`uint256 constant ${NAME} = 0x${PLACEHOLDER};`], [''])
  const apart = out.flatMap(([part, owner]) => part.split('\n').map((line) => ({ line, owner })))
  const owners = apart.map(({ owner }) => owner)
  return {
    source: apart.map(({ line }) => line).join('\n'),
    owners,
    numbers: new Map(
      [...numberOf].filter(([mutant]) => owners.includes(mutant)).map(([of, number]) => [keyOf(of), number]),
    ),
  }
}

function wovenStatement(original: string, variants: readonly Variant[], isYul: boolean): Line[] | undefined {
  const balance = [...original].reduce(
    (sum, char) => sum + ('([{'.includes(char) ? 1 : ')]}'.includes(char) ? -1 : 0),
    0,
  )
  if (isYul) {
    if (balance !== 0 || /^\s*(?:let|for|if|switch|case|default|break)\b/.test(original)) return undefined
    return wovenYul(original, variants)
  }
  const opener = /^(\s*(?:\} else )?if \()(.*)(\) \{)$/s.exec(original)
  if (opener !== null) return wovenCondition(opener, variants)
  if (balance !== 0 || !original.endsWith(';') || /^\s*(?:for|while|function|modifier|else)\b|\{|\}/.test(original)) {
    return undefined
  }
  const declaration = /^(\s*)(\(?)([^=()]+?)(\)?) = (.*)$/s.exec(original)
  if (/\b(?:constant|immutable|private|internal|public)\b/.test(declaration?.[3] ?? '')) return undefined
  if (declaration !== null && / /.test((declaration[3] ?? '').trim())) return wovenDeclaration(declaration, variants)
  return /^\s+(?:return|revert|emit|if)\b|[(=]/.test(original) ? wovenChoice(original, variants) : undefined
}

function wovenChoice(original: string, variants: readonly Variant[]): Line[] {
  const choices = variants.flatMap(({ number, mutant, text }): Line[] => [
    [`if (${NAME} == ${number}) {`],
    [text, mutant],
    ['} else'],
  ])
  return [...choices, [`{\n${original}\n}`]]
}

function wovenYul(original: string, variants: readonly Variant[]): Line[] {
  const cases = variants.flatMap(({ number, mutant, text }): Line[] => [[`case ${number} {`], [text, mutant], ['}']])
  return [[`switch ${NAME}`], ...cases, [`default {\n${original}\n}`]]
}

function wovenCondition([, head = '', condition, tail = '']: RegExpExecArray, variants: readonly Variant[]): Line[] {
  const ends = ({ text }: Variant) => text.startsWith(head) && text.endsWith(tail)
  const choices = variants
    .filter(ends)
    .map(
      ({ number, mutant, text }): Line => [
        `${NAME} == ${number} ? (${text.slice(head.length, -tail.length)}) :`,
        mutant,
      ],
    )
  return [[head], ...choices, [`(${condition})${tail}`]]
}

// `T a = x;` becomes `T a;` and a choice of what is assigned.
function wovenDeclaration(
  [, indent = '', open = '', declared = '', close = '', value = '']: RegExpExecArray,
  variants: readonly Variant[],
): Line[] {
  const start = `${indent}${open}${declared}${close} = `
  const parts = declared.split(', ').filter((part) => part !== '')
  const names = declared.split(', ').map((part) => part.split(' ').at(-1) ?? '')
  const target = `${open}${names.join(', ')}${close} = `
  const assigned = variants
    .filter(({ text }) => text.startsWith(start))
    .map(({ number, mutant, text }) => ({ number, mutant, text: target + text.slice(start.length) }))
  return [...parts.map((part): Line => [`${part};`]), ...wovenChoice(target + value, assigned)]
}

// From a line to the last of its statement: a line that ends as statements and blocks do, with no `else` to follow.
function endOfStatement(lines: readonly string[], start: number): number {
  if (isInAssembly(lines, start)) return start
  for (let at = start; at < lines.length; at++) {
    const ends = /^\s*(?:\/\/.*|\/\*.*|\*.*)?$|[;{}]$|\{ *$/.test(lines[at] ?? '')
    if (ends && !(/;$/.test(lines[at] ?? '') && /^\s*else\b/.test(lines[at + 1] ?? ''))) return at
  }
  return lines.length - 1
}

function isInAssembly(lines: readonly string[], at: number): boolean {
  let depth = 0
  for (const line of lines.slice(0, at)) {
    if (depth === 0 && !/^\s*assembly\b/.test(line)) continue
    depth += (line.match(/\{/g)?.length ?? 0) - (line.match(/\}/g)?.length ?? 0)
  }
  return depth > 0
}
