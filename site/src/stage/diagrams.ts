import { renderMermaidSVG } from 'beautiful-mermaid'
import { splitAtBlocks } from './markdown.ts'

/**
 * The document with its Mermaid diagrams drawn. The site draws them while it is built, so that a page needs no script for them, and they
 * take their colours from the page (`style/site.css`).
 */
export function drawDiagrams(document: string): string {
  let heading = ''
  let count = 0
  return splitAtBlocks(document)
    .map(({ language, text }) => {
      if (language === undefined) heading = Array.from(text.matchAll(/^#+ +(.+)$/gm)).at(-1)?.[1] ?? heading
      if (language !== 'mermaid') return text
      count += 1
      return draw(text.replace(/^ *```+.*$/gm, ''), `diagram-${count}`, heading)
    })
    .join('')
}

function draw(source: string, id: string, heading: string): string {
  const svg = renderMermaidSVG(source.trim())
    // Its style asks for fonts of another host, and would hold for every drawing of the page.
    .replace(/<style>[\s\S]*?<\/style>/, '')
    .replace(
      /(<svg[^>]*?) width="([\d.]+)" height="[\d.]+" style="[^"]*"/,
      `$1 style="--width:$2px" role="img" aria-label="Diagram: ${heading.replace(/[^\w ,:-]/g, '')}"`,
    )
    // A page has several drawings, and their markers are found by id.
    .replace(/\bid="([\w-]+)"/g, `id="${id}-$1"`)
    .replace(/url\(#([\w-]+)\)/g, `url(#${id}-$1)`)
    .replace(/-?\d+\.\d{2,}/g, (number) => String(Math.round(Number(number) * 10) / 10))
    // A blank line would end the piece of HTML within Markdown.
    .replace(/\s*\n\s*/g, '\n')
  return `<figure class="diagram" tabindex="0">${svg.trim()}</figure>\n`
}
