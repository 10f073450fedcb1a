import { readSources } from '../../../scripts/checks/sources.ts'
import { groupOf } from './groups.ts'
import { firstParagraph, takeTitle } from './markdown.ts'
import { routeOf } from './routes.ts'

/** A page of the site, read from a document of the repository. */
export interface Page {
  /** Of its source, from the repository's root. */
  readonly path: string
  readonly route: string
  readonly title: string
  /** Its first paragraph, plain text. */
  readonly description: string
  readonly group: string
  /** Markdown without the title, as it stands in the source. */
  readonly body: string
}

/** Every document that the site shows, by path. */
export function readPages(): readonly Page[] {
  return readSources(/\.md$/).flatMap(({ path, text }) => {
    const route = routeOf(path)
    return route === undefined ? [] : [toPage(path, route, text)]
  })
}

function toPage(path: string, route: string, text: string): Page {
  const { title, body } = takeTitle(text)
  return { path, route, title, description: firstParagraph(body), group: groupOf(route), body }
}

/** The page that lists all decision records. */
export function listDecisions(pages: readonly Page[]): Page {
  const records = pages.filter(({ route }) => route.startsWith('decisions/'))
  const lines = records
    .toSorted((a, b) => a.route.localeCompare(b.route))
    .map(({ title, path }) => `- [${title.replace(/^(\d+)\./, '$1 ·')}](${path.replace('specs/decisions/', '')})`)
  const description = 'Why things are as they are: a page for each choice, with what was rejected.'
  return {
    path: 'specs/decisions/README.md',
    route: 'decisions',
    title: 'Decision records',
    description,
    group: groupOf('decisions'),
    body: `${description}\n\n${lines.join('\n')}\n`,
  }
}
