import { posix } from 'node:path'
import { takeTitle } from '../stage/markdown.ts'
import type { ReferencePage } from './reference.ts'

/** A page of the reference as the site shows it. */
export interface ApiPage {
  /** As links of other such pages name it. */
  readonly path: string
  readonly route: string
  readonly title: string
  readonly description: string
  /** Whether it stands for an entry rather than for something in one. */
  readonly isEntry: boolean
  /** Markdown without the title. */
  readonly body: string
}

/** Where the reference is found. */
export const API = 'api'

/** The route of a page of the reference. */
export function apiRoute(path: string): string {
  const route = path.replace(/^@sluice\//, '').replace(/(^|\/)index\.md$|\.md$/, '')
  return route === '' ? API : `${API}/${route}`
}

/** Makes a page of what TypeDoc wrote. */
export function toApiPage({ path, text }: ReferencePage): ApiPage {
  const { title, body } = takeTitle(text)
  const page = { path, route: apiRoute(path), isEntry: path.endsWith('/index.md') }
  if (path === 'index.md') {
    const description = 'What programs import, entry by entry, from the texts in the sources.'
    return { ...page, title: 'API reference', description, body: `${description}\n\n${body}` }
  }
  if (page.isEntry) return { ...page, title, description: `What ${title} exports.`, body }
  const [kind = '', name = ''] = splitTitle(title)
  const module = posix.dirname(posix.dirname(path))
  const what = kind === 'Interface' || kind === 'Type Alias' ? 'import type' : 'import'
  const head = `${kind} of [\`${module}\`](../index.md)\n\n\`\`\`ts\n${what} { ${name} } from '${module}'\n\`\`\``
  return { ...page, title: name, description: `${kind} of ${module}.`, body: `${head}\n\n${body}` }
}

/** `Function: createClient()` and `Interface: Tree<Key>`, without what is no part of the name. */
function splitTitle(title: string): string[] {
  const [kind = '', name = ''] = title.split(': ')
  return [kind, /^[\w$]+/.exec(name)?.[0] ?? name]
}
