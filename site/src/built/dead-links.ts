import { readFileSync } from 'node:fs'
import { join, posix } from 'node:path'

/** A page as far as links matter. */
export interface LinkedPage {
  /** From the folder of the site, as `guides/buyer/index.html`. */
  readonly path: string
  readonly html: string
}

/** What a page names: another page, or something that it loads. */
interface Reference {
  readonly tag: string
  readonly address: string
}

/** The dead links of a site that was built. */
export function findDeadLinks(folder: string, files: readonly string[], base: string): readonly string[] {
  const pages = files.filter((path) => path.endsWith('.html'))
  const read = pages.map((path) => ({ path, html: readFileSync(join(folder, path), 'utf8') }))
  return judgeLinks(read, new Set(files), base)
}

/**
 * What pages name and is not there, and what they would load from another host: the site works without any.
 *
 * @param files - All files of the site.
 * @param base - Where the site is served; begins and ends with a slash.
 */
export function judgeLinks(pages: readonly LinkedPage[], files: ReadonlySet<string>, base: string): readonly string[] {
  const anchors = new Map(pages.map(({ path, html }) => [path, anchorsOf(html)]))
  return pages.flatMap(({ path, html }) => {
    const faults = referencesOf(html).map((reference) => judge(reference, path, { files, anchors, base }))
    return Array.from(new Set(faults.filter((fault) => fault !== undefined)), (fault) => `${path} ${fault}`)
  })
}

interface Site {
  readonly files: ReadonlySet<string>
  readonly anchors: ReadonlyMap<string, ReadonlySet<string>>
  readonly base: string
}

function judge({ tag, address }: Reference, from: string, { files, anchors, base }: Site): string | undefined {
  if (/^(https?:)?\/\//.test(address)) return tag === 'a' ? undefined : `loads ${address} from another host`
  if (/^[a-z]+:/.test(address)) return undefined
  const [file = '', anchor] = address.split('#')
  const page = new URL(from.replace(/index\.html$/, ''), `http://site${base}`)
  const { pathname } = new URL(file === '' ? page : file, page)
  if (!pathname.startsWith(base)) return `links to ${address}, outside of ${base}`
  const path = decodeURIComponent(pathname.slice(base.length))
  const target = files.has(path) ? path : posix.join(path, 'index.html')
  if (!files.has(target)) return `links to ${address}: there is no ${target}`
  const known = anchors.get(target)
  if (anchor === undefined || anchor === '' || known === undefined) return undefined
  return known.has(decodeURIComponent(anchor)) ? undefined : `links to ${address}: no such heading`
}

/** Astro writes attributes in double quotes, and `<` in text as an entity. */
function referencesOf(html: string): Reference[] {
  return Array.from(html.matchAll(/<(\w+)\b[^>]*?\s(?:href|src)="([^"]*)"/g), ([, tag = '', address = '']) => ({
    tag,
    address: address.replaceAll('&amp;', '&'),
  }))
}

function anchorsOf(html: string): ReadonlySet<string> {
  return new Set(Array.from(html.matchAll(/\s(?:id|name)="([^"]+)"/g), ([, id = '']) => id))
}
