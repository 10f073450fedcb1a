import { lineAt } from './sources.ts'

/** An import or re-export of a TypeScript file. */
export interface Import {
  readonly specifier: string
  /** Whether it goes away with the types. */
  readonly isType: boolean
  readonly line: number
}

const names = String.raw`(?:[\w$]+\s*,?\s*)?(?:\*(?:\s+as\s+[\w$]+)?|\{[^}]*\})?`
const patterns = [
  new RegExp(String.raw`^(?:import|export)\s+(type\s+)?${names}\s*from\s*['"]([^'"]+)['"]`, 'gm'),
  /^import\s+()['"]([^'"]+)['"]/gm,
  // Not in a comment, where examples import too, nor inside another string.
  /^(?!\s*(?:\*|\/\/))[^'"`\n]*\bimport\(\s*()['"]([^'"]+)['"]/gm,
]

/** Every import of a source text, static and dynamic. */
export function findImports(text: string): Import[] {
  return patterns.flatMap((pattern) =>
    Array.from(text.matchAll(pattern), (match) => ({
      specifier: match[2] ?? '',
      isType: Boolean(match[1]),
      line: lineAt(text, match.index),
    })),
  )
}
