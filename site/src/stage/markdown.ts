/** A stretch of a document: a fenced block with its language, or what is between two of them. */
export interface Stretch {
  /** Undefined for prose; empty for a block that names no language. */
  readonly language?: string
  /** As it stands in the document, fences included. */
  readonly text: string
}

/** A document as its fenced blocks and what is between them, in order. Together they are the document. */
export function splitAtBlocks(document: string): readonly Stretch[] {
  const stretches: Stretch[] = []
  let end = 0
  for (const match of document.matchAll(/^( *)(```+)([\w-]*)[^\n]*\n[\s\S]*?^\1\2[ ]*$/gm)) {
    if (match.index > end) stretches.push({ text: document.slice(end, match.index) })
    stretches.push({ language: match[3] ?? '', text: match[0] })
    end = match.index + match[0].length
  }
  if (end < document.length) stretches.push({ text: document.slice(end) })
  return stretches
}

/** The document with every stretch of prose changed, and its blocks as they were. */
export function mapProse(document: string, change: (prose: string) => string): string {
  return splitAtBlocks(document)
    .map(({ language, text }) => (language === undefined ? change(text) : text))
    .join('')
}

/** The document's title and what follows it. */
export function takeTitle(document: string): { readonly title: string; readonly body: string } {
  const [line, title] = /^# +(.+?) *$/m.exec(document) ?? []
  if (line === undefined || title === undefined) throw new Error(`no title: ${document.slice(0, 80)}`)
  return { title: toPlainText(title), body: document.replace(line, '').trimStart() }
}

/** The first paragraph, as plain text. Empty if there is none before the second heading. */
export function firstParagraph(body: string): string {
  const prose = splitAtBlocks(body)
    .map(({ language, text }) => (language === undefined ? text : '\n\n'))
    .join('')
  const paragraphs = (prose.split(/^#+ /m)[0] ?? '').split(/\n[ \t]*\n+/).map((text) => text.replace(/^\n+/, ''))
  return toPlainText(paragraphs.find((text) => /^[^\s|<#>*-]/.test(text)) ?? '')
}

function toPlainText(markdown: string): string {
  return markdown
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/\\([<>_*[\]\\`|])/g, '$1')
    .replace(/(\*\*|__|`)/g, '')
    .replace(/\s+/g, ' ')
    .trim()
}
