// Mutations of what a line is made of: the operands of its conditions, the arguments of its calls.

import type { Mutation } from './operators.ts'

const depthAt = (line: string): number[] => {
  let depth = 0
  return [...line].map((char) => {
    if (char === ')' || char === ']' || char === '}') depth--
    const own = depth
    if (char === '(' || char === '[' || char === '{') depth++
    return own
  })
}

/** Where an operand ends, to either side. */
const BOUNDARY = / (?:&&|\|\||\?|:|=|return) |^\s*(?:return|if|while|\|\||&&) |[;,]/

/**
 * Takes single operands out of `a && b` and `a || b`: a requirement that nobody ever broke would not be missed.
 *
 * @param line - A line of Solidity.
 * @returns A mutation for each operand that stands on the line whole.
 */
export function operandsDropped(line: string): Mutation[] {
  const depths = depthAt(line)
  const operators = [...line.matchAll(/ (&&|\|\|) /g)]
  const spans = operators.flatMap((match) => {
    const neutral = match[1] === '&&' ? 'true' : 'false'
    const left = { from: startOf(line, depths, match.index), to: match.index, neutral }
    const after = match.index + match[0].length
    return [left, { from: after, to: endOf(line, depths, after), neutral }]
  })
  return spans
    .filter(({ from, to }) => line.slice(from, to).trim() !== '')
    .map(({ from, to, neutral }) => ({
      what: `'${line.slice(from, to)}' -> '${neutral}'`,
      text: line.slice(0, from) + neutral + line.slice(to),
    }))
}

function startOf(line: string, depths: readonly number[], end: number): number {
  const depth = depths[end] ?? 0
  for (let at = end - 1; at >= 0; at--) {
    if ((depths[at] ?? 0) < depth) return at + 1
    if (depths[at] !== depth) continue
    const boundary = BOUNDARY.exec(line.slice(0, end).slice(at))
    if (boundary?.index === 0) return at + boundary[0].length
  }
  return line.length - line.trimStart().length
}

function endOf(line: string, depths: readonly number[], start: number): number {
  const depth = depths[start] ?? 0
  for (let at = start; at < line.length; at++) {
    if (
      (depths[at] ?? 0) < depth ||
      (depths[at] === depth && /^(?: (?:&&|\|\||\?|:|\{) ?|[;,])/.test(line.slice(at)))
    ) {
      return at
    }
  }
  return line.length
}

/**
 * Swaps what `condition ? this : that` chooses from, unless the condition compares: comparisons are changed themselves.
 *
 * @param line - A line of Solidity.
 * @returns A mutation if there is such a choice.
 */
export function swappedChoice(line: string): Mutation[] {
  const depths = depthAt(line)
  const [mark, colon] = [line.indexOf(' ? '), line.indexOf(' : ')]
  if (mark === -1 || colon < mark || /[=<>!]/.test(line.slice(startOf(line, depths, mark), mark))) return []
  const end = endOf(line, depths, colon + 3)
  const [first, second] = [line.slice(mark + 3, colon), line.slice(colon + 3, end)]
  return [
    {
      what: `'${first} : ${second}' -> '${second} : ${first}'`,
      text: `${line.slice(0, mark + 3)}${second} : ${first}${line.slice(end)}`,
    },
  ]
}

/**
 * Swaps neighbouring arguments of calls, events, errors and tuples. Many do not compile, which costs little.
 *
 * @param line - A line of Solidity, also one that holds nothing but arguments.
 * @returns A mutation for each pair of neighbours.
 */
export function swappedArguments(line: string): Mutation[] {
  if (/\b(function|modifier|constructor|mapping|abi\.encode\w*)\b/.test(line)) return []
  const lists = [...line.matchAll(/(?<=[\w)])\(/g)].map((match) => {
    const from = match.index + 1
    return { from, to: closing(line, from) }
  })
  const bare = /^(\s+)[^;{}]*,?$/.exec(line)
  if (bare !== null) lists.push({ from: (bare[1] ?? '').length, to: line.replace(/,$/, '').length })
  return lists.flatMap(({ from, to }) => (to < from ? [] : neighboursSwapped(line, from, to)))
}

function closing(line: string, from: number): number {
  let depth = 1
  for (let at = from; at < line.length; at++) {
    if (line[at] === '(') depth++
    if (line[at] === ')' && --depth === 0) return at
  }
  return -1
}

function neighboursSwapped(line: string, from: number, to: number): Mutation[] {
  const list = line.slice(from, to)
  const depths = depthAt(list)
  const commas = [...list.matchAll(/, /g)].map(({ index }) => index).filter((index) => depths[index] === 0)
  const ends = [...commas, list.length]
  const parts = ends.map((end, index) => list.slice(index === 0 ? 0 : (ends[index - 1] ?? 0) + 2, end))
  // two words are a declaration
  if (parts.some((part) => /^\w+(?: (?:memory|calldata|storage))? \w+$/.test(part))) return []
  return parts.slice(1).map((part, index) => {
    const before = parts[index] ?? ''
    const swapped = parts
      .with(index, part)
      .with(index + 1, before)
      .join(', ')
    return {
      what: `'${before}, ${part}' -> '${part}, ${before}'`,
      text: line.slice(0, from) + swapped + line.slice(to),
    }
  })
}
