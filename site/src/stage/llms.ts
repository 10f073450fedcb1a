import { groupBy } from './groups.ts'

/** A page as programs that read text get it. */
export interface PlainPage {
  readonly title: string
  /** A sentence or two, plain text. */
  readonly description: string
  /** The page's group in the list. */
  readonly group: string
  /** Where its Markdown is served. */
  readonly address: string
  /** Markdown, its title included. */
  readonly text: string
}

/** The list of all pages for programs that read text, in the form of llmstxt.org. */
export function listForReaders(title: string, summary: string, pages: readonly PlainPage[]): string {
  const groups = groupBy(pages, ({ group }) => group)
  const sections = Array.from(groups, ([group, members]) => [`## ${group}`, '', ...members.map(lineOf)].join('\n'))
  return `${[`# ${title}`, `> ${summary}`, ...sections].join('\n\n')}\n`
}

function lineOf({ title, address, description }: PlainPage): string {
  const about = description === '' ? '' : `: ${description}`
  return `- [${title}](${address})${about}`
}

/** All pages in one text, each with the address that it comes from. */
export function joinForReaders(pages: readonly PlainPage[]): string {
  return pages.map(({ address, text }) => `<!-- ${address} -->\n\n${text.trim()}\n`).join('\n')
}
