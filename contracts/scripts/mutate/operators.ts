// The changes that a mutant makes to one line of Solidity. Each is small, and each is a mistake that somebody could make.

/** A line with one change. */
export interface Mutation {
  /** What was done, for people. */
  what: string
  /** The changed line. */
  text: string
}

const swaps: readonly [RegExp, string][] = [
  [/ < /g, ' <= '],
  [/ < /g, ' >= '],
  [/ <= /g, ' < '],
  [/ > /g, ' >= '],
  [/ > /g, ' <= '],
  [/ >= /g, ' > '],
  [/ == /g, ' != '],
  [/ != /g, ' == '],
  [/ && /g, ' || '],
  [/ \|\| /g, ' && '],
  [/ \+ /g, ' - '],
  [/ - /g, ' + '],
  [/ \+= /g, ' -= '],
  [/ -= /g, ' += '],
  [/ & /g, ' | '],
  [/ \| /g, ' & '],
  [/ << /g, ' >> '],
  [/ >> /g, ' << '],
  [/\breturn true\b/g, 'return false'],
  [/\breturn false\b/g, 'return true'],
  [/(?<![\w.])!(?=[\w(])/g, ''],
  [/(?<=[[( ,])0(?=[\]), ;])/g, '1'],
  [/(?<=[[( ,])1(?=[\]), ;])/g, '0'],
  [/\blane0\b/g, 'lane1'],
  [/\bpool0\b/g, 'pool1'],
  [/\bpaid0\b/g, 'paid1'],
  [/\bofA\(/g, 'ofB('],
  [/\bpayA\b/g, 'payB'],
  [/\bterms\.a\./g, 'terms.b.'],
  [/\bterms\.b\./g, 'terms.a.'],
  [/\bunentered\b/g, ''],
  [/\bguarded\b/g, ''],
]

/** Lines that hold nothing to be wrong about. */
const isInert = (line: string): boolean =>
  /^\s*(\/\/|\/\*|\*|import\b|pragma\b|using\b|error\b|event\b|struct\b|type\b|contract\b|library\b|abstract\b|\}|$)/.test(
    line,
  ) || /\b(constant|immutable)\b.*(keccak256|=\s*0x)/.test(line)

/**
 * All mutations of a line.
 *
 * @param line - The line as it stands.
 * @returns Each with one change; none for comments, imports and declarations.
 */
export function mutationsOf(line: string): Mutation[] {
  if (isInert(line)) return []
  const found: Mutation[] = []
  for (const [pattern, replacement] of swaps) {
    if (/\bfunction\b/.test(line) && replacement !== '') continue
    for (const match of line.matchAll(pattern)) {
      const text = line.slice(0, match.index) + replacement + line.slice(match.index + match[0].length)
      found.push({ what: `'${match[0].trim()}' -> '${replacement.trim()}'`, text })
    }
  }
  return [...found, ...conditionsOf(line), ...withoutStatement(line)]
}

function conditionsOf(line: string): Mutation[] {
  const match = /^(\s*(?:\} else )?if \()(.+)(\) (?:\{|return\b.*|revert\b.*|[\w.]+ ?[=(].*))$/.exec(line)
  if (match === null) return []
  const [, head = '', , tail = ''] = match
  return ['true', 'false'].map((value) => ({ what: `condition -> ${value}`, text: `${head}${value}${tail}` }))
}

function withoutStatement(line: string): Mutation[] {
  const isStatement = /^\s+(?!return\b|revert\b|function\b|let\b|[\w.]+(?:\[\w*\])? (?:\w+ )?\w+ = )[\w.(].*;$/.test(
    line,
  )
  const isDeclaration = /^\s+(?:u?int\d*|address|bytes\d*|bool|mapping|Store|[A-Z]\w+)\b[^(=]*;$/.test(line)
  if (!isStatement || isDeclaration) return []
  return [{ what: 'statement removed', text: '' }]
}
