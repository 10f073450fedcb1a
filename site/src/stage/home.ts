import { drawDiagrams } from './diagrams.ts'
import type { Placed } from './groups.ts'
import { type Resolve, rewriteLinks } from './links.ts'

/** What Sluice is, in a sentence. */
export const SUMMARY =
  'State channels for Filecoin and every other EVM chain: pay anybody whom a hub reaches, without a transaction for a payment.'

const SOURCE = 'site/src/content/index.md'

interface Guide extends Placed {
  readonly description: string
}

/** The first page, as the site shows it and as programs read it. */
export interface Home {
  readonly page: string
  readonly plain: string
}

/**
 * Makes the first page of the site's own text. `<!-- guides -->` in it stands for a card for each guide, `<!-- llms -->` for the texts that are made
 * for programs; links, also those of the head, lead to documents of the repository.
 */
export function makeHome(
  source: string,
  guides: readonly Guide[],
  routeOf: Resolve,
  addressOf: (route: string) => string,
): Home {
  const resolve = (path: string): string | undefined => {
    const route = routeOf(path)
    return route === undefined ? undefined : addressOf(route)
  }
  const [, head = '', text = ''] = /^(---\n[\s\S]*?\n---\n)([\s\S]*)$/.exec(source) ?? []
  const readers = `[llms.txt](${addressOf('llms.txt')}) lists every page, [llms-full.txt](${addressOf('llms-full.txt')}) holds them all`
  const body = rewriteLinks(text, SOURCE, resolve).replace('<!-- llms -->', readers)
  const cards = guides.map((guide) => cardOf(guide, addressOf)).join('\n')
  const list = guides.map(({ route, title }) => `- [${title}](${addressOf(route)})`).join('\n')
  return {
    page:
      head.replace(/link: (\S+\.md)$/gm, (_, path: string) => `link: ${resolve(path) ?? path}`) +
      drawDiagrams(body.replace('<!-- guides -->', `<div class="cards">\n${cards}\n</div>`)),
    plain: `# Sluice\n\n${SUMMARY}\n\n${body.replace('<!-- guides -->', list).trim()}\n`,
  }
}

function cardOf({ route, title, description }: Guide, addressOf: (route: string) => string): string {
  const escaped = description.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  return `<a class="card" href="${addressOf(route)}"><strong>${title}</strong><span>${escaped}</span></a>`
}
