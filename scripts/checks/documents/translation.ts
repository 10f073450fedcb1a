import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../../process/workspaces.ts'
import type { Check } from '../check.ts'

/** The first page and its translation. */
const ORIGINAL = 'README.md'
const TRANSLATION = 'README.zh-CN.md'

/** What of a page is the same in every language. */
export interface Skeleton {
  /** The levels of its headings, in order. */
  readonly headings: readonly string[]
  /** Commands and output, without the comments of commands; of a diagram how many lines it has. */
  readonly code: readonly string[]
  /** Pieces of code within sentences. A sentence may put them in another order. */
  readonly spans: readonly string[]
  readonly figures: readonly string[]
  readonly links: readonly string[]
}

const FENCED = /^```(\w*)\n([\s\S]*?)^```$/gm
const INDENTED = /^(?: {4}\S.*\n)+/gm

/** Reads what two pages that say the same have in common. */
export function skeletonOf(page: string): Skeleton {
  const fenced = Array.from(page.matchAll(FENCED), ([, language = '', code = '']) => plainCode(language, code))
  const unfenced = page.replace(FENCED, '')
  const indented = Array.from(unfenced.matchAll(INDENTED), ([code]) => plainCode('sh', code))
  const prose = unfenced.replace(INDENTED, '')
  const sentences = prose.replace(/`[^`\n]+`/g, '').replace(/\]\([^)]*\)/g, ']')
  return {
    headings: Array.from(prose.matchAll(/^(#+) /gm), ([, level = '']) => level),
    code: [...fenced, ...indented],
    spans: Array.from(prose.matchAll(/`[^`\n]+`/g), ([span]) => span).toSorted(),
    figures: Array.from(sentences.matchAll(/\d+(?:[.,]\d+)*/g), ([figure]) => figure).toSorted(),
    links: Array.from(prose.matchAll(/\]\(([^)]*)\)/g), ([, target = '']) => target)
      .filter((target) => target !== ORIGINAL && target !== TRANSLATION)
      .toSorted(),
  }
}

function plainCode(language: string, code: string): string {
  if (language === 'mermaid') return `a diagram of ${code.split('\n').length} lines`
  return language === 'sh' ? code.replace(/ +# .*$/gm, '') : code
}

/** Where a translation has something else than the page that it is made of. */
export function compareSkeletons(original: Skeleton, translation: Skeleton): string[] {
  return (Object.keys(original) as (keyof Skeleton)[]).flatMap((part) => {
    const lacking = without(original[part], translation[part])
    const added = without(translation[part], original[part])
    const isMoved = lacking.length + added.length === 0 && String(original[part]) !== String(translation[part])
    return [
      ...lacking.map((item) => `${TRANSLATION} lacks of the ${part}: ${item.trim()}`),
      ...added.map((item) => `${ORIGINAL} has not among its ${part}: ${item.trim()}`),
      ...(isMoved ? [`${TRANSLATION} has its ${part} in another order`] : []),
    ]
  })
}

/** Items of a list that another lacks, each as often as it lacks it. */
function without(items: readonly string[], others: readonly string[]): readonly string[] {
  const left = [...others]
  return items.filter((item) => {
    const index = left.indexOf(item)
    if (index >= 0) left.splice(index, 1)
    return index < 0
  })
}

/** The first page says the same in both languages, as far as a program can tell. */
export const translationCheck: Check = {
  name: 'docs: README in Chinese',
  run: async () => {
    const [original, translation] = [ORIGINAL, TRANSLATION].map((path) => readFileSync(join(root, path), 'utf8'))
    const bothLinked = original?.includes(`](${TRANSLATION})`) && translation?.includes(`](${ORIGINAL})`)
    return [
      ...compareSkeletons(skeletonOf(original ?? ''), skeletonOf(translation ?? '')),
      ...(bothLinked ? [] : [`${ORIGINAL} and ${TRANSLATION} have to link to each other`]),
    ]
  },
}
