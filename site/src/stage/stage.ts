import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { API, type ApiPage, apiRoute } from '../api/pages.ts'
import { siteFolder, stagedFolder } from '../paths.ts'
import { drawDiagrams } from './diagrams.ts'
import { arrange } from './groups.ts'
import { makeHome, SUMMARY } from './home.ts'
import { type Resolve, rewriteLinks } from './links.ts'
import { joinForReaders, listForReaders, type PlainPage } from './llms.ts'
import { splitAtBlocks } from './markdown.ts'
import type { Page } from './pages.ts'
import { routeOf } from './routes.ts'

/** Writes what Astro reads: pages with their links and diagrams, plain copies for programs that read text, and the sidebar. */
export function stageSite(pages: readonly Page[], reference: readonly ApiPage[], base: string): void {
  for (const folder of ['pages', 'public']) rmSync(join(stagedFolder, folder), { recursive: true, force: true })
  const shown = new Set(pages.map(({ route }) => route))
  const inDocuments = (path: string): string | undefined => {
    const route = routeOf(path)
    return route !== undefined && shown.has(route) ? route : undefined
  }
  const guides = (arrange(pages).get('Guides') ?? []).filter(({ route }) => route !== 'overview')
  const home = makeHome(
    readFileSync(join(siteFolder, 'src/content/index.md'), 'utf8'),
    guides,
    inDocuments,
    addressOf(base),
  )
  writeFile('pages/index.md', home.page)
  writeFile('public/index.md', home.plain)
  for (const page of pages) writePage(page, base, inDocuments)
  for (const page of reference) writePage(page, base, apiRoute)
  writeFile('public/favicon.svg', readFileSync(join(siteFolder, 'src/style/favicon.svg'), 'utf8'))
  writeFile('sidebar.json', JSON.stringify(sidebarOf(pages, reference), null, 2))
  writeForReaders(pages, reference, base)
}

/** A link of the site, or of the plain copies. */
type ToAddress = (route: string) => string
const addressOf =
  (base: string): ToAddress =>
  (route) =>
    route.endsWith('.txt') ? `${base}${route}` : `${base}${route}/`
const plainAddressOf =
  (base: string): ToAddress =>
  (route) =>
    `${base}${route}.md`

interface Written {
  readonly path: string
  readonly route: string
  readonly title: string
  readonly description: string
  readonly body: string
}

function writePage({ path, route, title, description, body }: Written, base: string, routes: Resolve): void {
  const link = (to: ToAddress): string =>
    rewriteLinks(body, path, (target) => {
      const found = routes(target)
      return found === undefined ? undefined : to(found)
    })
  const head = {
    title,
    slug: route,
    ...(description === '' ? {} : { description }),
    ...(isListing(body) ? { pagefind: false } : {}),
  }
  writeFile(`pages/${route}.md`, `${frontmatter(head)}\n${drawDiagrams(link(addressOf(base)))}`)
  writeFile(`public/${route}.md`, `# ${title}\n\n${link(plainAddressOf(base))}`)
}

/** A page that is little but one long block, such as an ABI: found by its name, and in no search for a word. */
function isListing(body: string): boolean {
  const blocks = splitAtBlocks(body).filter(({ language }) => language !== undefined)
  return blocks.some(({ text }) => text.length > 10_000)
}

function frontmatter(fields: Readonly<Record<string, string | boolean>>): string {
  return ['---', ...Object.entries(fields).map(([name, value]) => `${name}: ${JSON.stringify(value)}`), '---'].join(
    '\n',
  )
}

/** Pages that are found from the page that lists them: the sidebar is a part of every page. */
const isListedElsewhere = ({ route }: Page): boolean => /^(?:decisions|contracts\/[^/]+)\/./.test(route)

/** Starlight's sidebar. What is in an entry of the reference is found from the entry's page. */
function sidebarOf(pages: readonly Page[], reference: readonly ApiPage[]): unknown {
  const groups = Array.from(arrange(pages), ([label, members]) => ({
    label,
    collapsed: label === 'Packages',
    items: members
      .filter((page) => !isListedElsewhere(page))
      .map(({ route, title }) => ({ slug: route, label: labelOf(route, title) })),
  }))
  const entries = reference.filter(({ isEntry }) => isEntry)
  const api = {
    label: 'API',
    collapsed: true,
    items: [{ slug: API, label: 'All entries' }, ...entries.map(({ route, title }) => ({ slug: route, label: title }))],
  }
  return groups.toSpliced(-1, 0, api)
}

/** Pages whose titles are that of the whole. */
const labels: Readonly<Record<string, string>> = { overview: 'Overview', 'zh-cn': '中文' }

/** What stands before a colon says enough in a list. */
function labelOf(route: string, title: string): string {
  return labels[route] ?? title.split(': ')[0] ?? title
}

function writeForReaders(pages: readonly Page[], reference: readonly ApiPage[], base: string): void {
  const toPlain = ({ route, title, description }: Page | ApiPage, group: string): PlainPage => ({
    title,
    description,
    group,
    address: plainAddressOf(base)(route),
    text: readFileSync(join(stagedFolder, `public/${route}.md`), 'utf8'),
  })
  const documents = Array.from(arrange(pages), ([label, members]) => members.map((page) => toPlain(page, label))).flat()
  const entries = reference.filter(({ isEntry, route }) => isEntry || route === API)
  const listed = [...documents, ...entries.map((page) => toPlain(page, 'API reference'))]
  writeFile('public/llms.txt', listForReaders('Sluice', SUMMARY, listed))
  writeFile('public/llms-full.txt', joinForReaders(documents))
}

function writeFile(path: string, text: string): void {
  const file = join(stagedFolder, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}
