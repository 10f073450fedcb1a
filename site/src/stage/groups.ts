/** A heading of the sidebar, and which pages are below it. */
interface Group {
  readonly label: string
  /** Of routes. The first group that fits has the page. */
  readonly pattern: RegExp
  /** Routes that come first, in this order; the others follow by title. */
  readonly first?: readonly string[]
}

const guides = ['buyer', 'seller', 'page-author', 'agent-author', 'operator'].map((name) => `guides/${name}`)

/** The groups in their order. Other folders of `docs` follow as groups of their own, without anything being said here. */
const groups: readonly Group[] = [
  { label: 'Guides', pattern: /^(overview|users|guides\/.+)$/, first: ['overview', 'users', ...guides] },
  { label: 'Examples', pattern: /^examples(\/|$)/, first: ['examples'] },
  {
    label: 'How it works',
    pattern: /^(architecture|states|specs\/(?!(?:security|audit)$).+)$/,
    first: ['architecture', 'specs/protocol', 'states', 'specs/http'],
  },
  {
    label: 'Contracts',
    pattern: /^(contracts(\/.+)?|packages\/contracts|specs\/(security|audit))$/,
    first: ['contracts', 'specs/security', 'specs/audit', 'packages/contracts'],
  },
  { label: 'Reference', pattern: /^[^/]+$/, first: ['commands', 'rpc', 'errors'] },
  { label: 'Packages', pattern: /^packages\//, first: ['packages/client', 'packages/http'] },
]

/** Pages that belong to the whole rather than to a reader. */
const PROJECT = { label: 'Project', routes: ['decisions', 'contributing', 'zh-cn'] }

/** What is grouped here: a page as far as its place matters. */
export interface Placed {
  readonly route: string
  readonly title: string
}

/** The heading that a page is found under. */
export function groupOf(route: string): string {
  if (PROJECT.routes.includes(route) || route.startsWith('decisions/')) return PROJECT.label
  const known = groups.find(({ pattern }) => pattern.test(route))
  if (known !== undefined) return known.label
  const folder = route.split('/')[0] ?? route
  return folder.charAt(0).toUpperCase() + folder.slice(1).replaceAll('-', ' ')
}

/** Pages by group, both in the order that readers see. */
export function arrange<Page extends Placed>(pages: readonly Page[]): ReadonlyMap<string, readonly Page[]> {
  const found = groupBy(pages, ({ route }) => groupOf(route))
  const known = groups.map(({ label }) => label)
  const others = Array.from(found.keys()).filter((label) => !known.includes(label) && label !== PROJECT.label)
  const labels = [...known, ...others.toSorted(), PROJECT.label].filter((label) => found.has(label))
  return new Map(labels.map((label) => [label, sortPages(label, found.get(label) ?? [])]))
}

function sortPages<Page extends Placed>(label: string, pages: readonly Page[]): readonly Page[] {
  const first = label === PROJECT.label ? PROJECT.routes : (groups.find((group) => group.label === label)?.first ?? [])
  const rank = ({ route }: Placed): number => (first.includes(route) ? first.indexOf(route) : first.length)
  return pages.toSorted((a, b) => rank(a) - rank(b) || a.title.localeCompare(b.title, 'en', { numeric: true }))
}

/** What has the same key, together; keys and values in the order in which they came. */
export function groupBy<Value>(values: readonly Value[], keyOf: (value: Value) => string): Map<string, Value[]> {
  const groups = new Map<string, Value[]>()
  for (const value of values) {
    const key = keyOf(value)
    groups.set(key, [...(groups.get(key) ?? []), value])
  }
  return groups
}
