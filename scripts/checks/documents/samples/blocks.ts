import { lineAt, type Source } from '../../sources.ts'

/** A block of code in a document or in the text of a function. */
export interface Block {
  /** The file, and the line of the block's first line of code. */
  readonly path: string
  readonly line: number
  /** What the fence names; empty if it names nothing or there is no fence. */
  readonly language: string
  readonly code: string
  /** The file that a document calls it, by `title="setup.ts"` in its fence: blocks of pages below may import it by that. */
  readonly name?: string
}

/** What a document says above a block that is not to be checked: `<!-- not checked: why -->`. */
const MARKER = /<!-- not checked: (\S[^>]*) -->\s*$/

/** The fenced blocks of a document, without those that are marked. */
export function findBlocks({ path, text }: Source): readonly Block[] {
  return Array.from(text.matchAll(/^( *)(`{3,})([\w-]*)([^\n]*)\n([\s\S]*?)^\1\2 *$/gm)).flatMap((match) => {
    const [, indent = '', fence = '', language = '', rest = '', body = ''] = match
    if (MARKER.test(text.slice(0, match.index))) return []
    const line = lineAt(text, match.index) + 1
    const code = body.replace(new RegExp(`^${indent}`, 'gm'), '')
    const name = /title="([^"]+)"/.exec(rest)?.[1]
    return fence.length === 3 ? [{ path, line, language, code, ...(name === undefined ? {} : { name }) }] : []
  })
}

/** Lines that are set in as code without a fence: what a document says to type, mostly. */
export function findIndented({ path, text }: Source): readonly Block[] {
  const prose = text.replace(/^( *)(`{3,})[\s\S]*?^\1\2 *$/gm, (block) => block.replace(/[^\n]/g, ''))
  return Array.from(prose.matchAll(/^(?: {4}\S[^\n]*\n?)+/gm))
    .filter(
      ({ index }) => !MARKER.test(text.slice(0, index)) && !/^ *(?:[-*]|\d+\.) [^\n]*\n+$/m.test(prose.slice(0, index)),
    )
    .map(({ 0: code, index }) => ({ path, line: lineAt(text, index), language: '', code: code.replace(/^ {4}/gm, '') }))
}

/** The examples in the texts of functions: fenced, or the code of a single line. */
export function findExamples({ path, text }: Source): readonly Block[] {
  return Array.from(
    text.matchAll(/@example\s+(?:`([^`\n]+)`\s*$|(?:\*\s*)?```ts\n([\s\S]*?)\n\s*\*\s*```)/gm),
    (match) => ({
      path,
      line: lineAt(text, match.index),
      language: 'ts',
      code: (match[1] ?? match[2] ?? '').replace(/^ *\* ?/gm, ''),
    }),
  )
}
