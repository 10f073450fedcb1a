// The changes that a mutant makes to one line. Each is small, and each is a mistake that somebody could make.

import { operandsDropped, swappedArguments, swappedChoice } from './parts.ts'

/** A line with one change. */
export interface Mutation {
  /** What was done, for people. */
  what: string
  /** The changed line. */
  text: string
}

// `negates`: left out where a condition is made true and false, or an operand dropped, which is harder to notice.
type Swap = readonly [pattern: RegExp, replacement: string, negates?: true]

/** In Solidity itself. */
const swaps: readonly Swap[] = [
  [/ < /g, ' <= '],
  [/ < /g, ' >= ', true],
  [/ <= /g, ' < '],
  [/ > /g, ' >= '],
  [/ > /g, ' <= ', true],
  [/ >= /g, ' > '],
  [/ == /g, ' != ', true],
  [/ != /g, ' == ', true],
  [/ && /g, ' || ', true],
  [/ \|\| /g, ' && ', true],
  [/ \+ /g, ' - '],
  [/ - /g, ' + '],
  [/ \+= /g, ' -= '],
  [/ -= /g, ' += '],
  [/ \|= /g, ' &= '],
  [/ & /g, ' | '],
  [/ \| /g, ' & '],
  [/ << /g, ' >> '],
  [/ >> /g, ' << '],
  [/\breturn true\b/g, 'return false'],
  [/\breturn false\b/g, 'return true'],
  [/(?<![\w.])!(?=[\w(])/g, '', true],
  [/\blane0\b/g, 'lane1'],
  [/\bpool0\b/g, 'pool1'],
  [/\bpaid0\b/g, 'paid1'],
  [/\bofA\(/g, 'ofB('],
  [/\b(pay|paid|withdrawn|share|signature|deposit|amount|to)A\b/g, '$1B'],
  [/\b(\w+)\.a\./g, '$1.b.'],
  [/\b(\w+)\.b\./g, '$1.a.'],
  [/\.account\b/g, '.signer'],
  [/\.signer\b/g, '.account'],
  [/\bunentered\b/g, ''],
  [/\bguarded\b/g, ''],
  [/\bonlyVault\b/g, ''],
]

/** In assembly, whose constants are offsets and sizes. */
const assemblySwaps: readonly Swap[] = [
  [/\blt\(/g, 'gt('],
  [/\bgt\(/g, 'lt('],
  [/\beq\(/g, 'xor('],
  [/\biszero\(iszero\(/g, 'iszero((('],
  [/\band\(/g, 'or('],
  [/\bor\(/g, 'and('],
  // an offset's constant is changed below: once is enough
  [/\badd\((?!\w+, 0x)/g, 'sub('],
  [/\bsub\(/g, 'add('],
  [/\bshl\(/g, 'shr('],
  [/\bshr\(/g, 'shl('],
]

/** In both. */
const constantSwaps: readonly Swap[] = [
  [/(?<=[[( ,])0(?=[\]), ;]|$)/g, '1'],
  [/(?<=[[( ,])1(?=[\]), ;]|$)/g, '0'],
]

/** Lines that hold nothing to be wrong about. */
const isInert = (line: string): boolean =>
  /^\s*(\/\/|\/\*|\*|import\b|pragma\b|using\b|error\b|event\b|struct\b|type\b|contract\b|library\b|abstract\b|assembly\b|\}(?! else if)|$)/.test(
    line,
  ) || /\b(constant|immutable)\b.*(keccak256|=\s*0x)/.test(line)

/**
 * All mutations of a line.
 *
 * @param line - The line as it stands.
 * @param inAssembly - Whether it is Yul.
 * @returns Each with one change, no two alike; none for comments, imports and declarations.
 */
export function mutationsOf(line: string, inAssembly = false): Mutation[] {
  if (isInert(line)) return []
  const code = line.replace(/\s+\/\/ .*$/, '')
  const found = inAssembly ? yulMutationsOf(code) : solidityMutationsOf(code)
  const all = [...found, ...swapped(code, constantSwaps), ...nextConstants(code)]
  return numbered(
    all.filter(({ text }, index) => text !== code && all.findIndex((other) => other.text === text) === index),
  )
}

// Where a line allows the same change at several places, says which one it is.
function numbered(mutations: readonly Mutation[]): Mutation[] {
  return mutations.map(({ what, text }, index) => {
    const alike = mutations.filter((other) => other.what === what)
    if (alike.length === 1) return { what, text }
    const before = mutations.slice(0, index).filter((other) => other.what === what).length
    return { what: `${what} (${before + 1} of ${alike.length})`, text }
  })
}

function yulMutationsOf(line: string): Mutation[] {
  return [...swapped(line, assemblySwaps), ...yulConditionsOf(line), ...withoutYulStatement(line)]
}

function solidityMutationsOf(line: string): Mutation[] {
  const conditions = conditionsOf(line)
  const operands = operandsDropped(line)
  const covered = conditions.length > 0 || operands.length > 0
  return [
    ...swapped(line, covered ? swaps.filter(([, , negates]) => negates !== true) : swaps),
    ...swappedChoice(line),
    ...conditions,
    ...operands,
    ...swappedArguments(line),
    ...withoutStatement(line),
  ]
}

function swapped(line: string, list: readonly Swap[]): Mutation[] {
  return list.flatMap(([pattern, replacement]) => {
    if (/\bfunction\b/.test(line) && replacement !== '') return []
    return [...line.matchAll(pattern)].map((match) => replaced(line, match, replacement.replace('$1', match[1] ?? '')))
  })
}

function replaced(line: string, match: RegExpExecArray, by: string): Mutation {
  return {
    what: `'${match[0].trim()}' -> '${by.trim()}'`,
    text: line.slice(0, match.index) + by + line.slice(match.index + match[0].length),
  }
}

// One more than a number says: a boundary that is off by one, an offset that is off by a byte. Not where free memory begins:
// read a byte too far, that is 256 times as far, which is free as well.
function nextConstants(line: string): Mutation[] {
  if (/\bfunction\b/.test(line)) return []
  return [...line.matchAll(/(?<=[[( ,:])(?<!mload\((?=0x40))(0x[0-9a-f]{2}|[2-9]|[1-9]\d+)(?=[\]), ;:]|$)/g)]
    .filter(([number]) => Number(number) !== 0)
    .map((match) => {
      const next = Number(match[0]) + 1
      return replaced(line, match, match[0].startsWith('0x') ? `0x${next.toString(16).padStart(2, '0')}` : `${next}`)
    })
}

function conditionsOf(line: string): Mutation[] {
  const match =
    /^(\s*(?:\} else )?if \()(.+)(\) (?:\{|return\b.*|revert\b.*|emit\b.*|[\w.]+(?:\[.*\])* ?[|=(].*))$/.exec(line)
  if (match === null) return []
  const [, head = '', , tail = ''] = match
  return ['true', 'false'].map((value) => ({ what: `condition -> ${value}`, text: `${head}${value}${tail}` }))
}

function yulConditionsOf(line: string): Mutation[] {
  const match = /^(\s*if )(.+)( \{.*)$/.exec(line)
  if (match === null) return []
  return ['1', '0'].map((value) => ({ what: `condition -> ${value}`, text: `${match[1]}${value}${match[3]}` }))
}

function withoutStatement(line: string): Mutation[] {
  const isStatement =
    /^\s+(?!return\b|if\b|function\b|let\b|[\w.]+(?:\[\w*\])? (?:\w+ )*\w+ = |\([^()=]*\w \w[^()=]*\) = )[\w.(].*;$/.test(
      line,
    )
  const isDeclaration = /^\s+(?:u?int\d*|address|bytes\d*|bool|mapping|Store|[A-Z]\w+)\b[^(=]*;$/.test(line)
  if (!isStatement || isDeclaration || /^\s+_;$/.test(line)) return []
  return [{ what: 'statement removed', text: '' }]
}

function withoutYulStatement(line: string): Mutation[] {
  if (!/^\s+(?:\w+ := |\w+\().*\)?$/.test(line) || /\{$/.test(line)) return []
  return [{ what: 'statement removed', text: '' }]
}
