import { existsSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { root } from '../../process/workspaces.ts'
import type { Check } from '../check.ts'
import { lineAt, readSources, type Source } from '../sources.ts'

/** Links in the documentation to files or headings that are not there. Links to other sites are not followed. */
export const linkCheck: Check = {
  name: 'docs: links',
  run: async () => readSources(/\.md$/).flatMap((source) => findBrokenLinks(source, readFile)),
}

function readFile(path: string): string | undefined {
  const file = join(root, path)
  if (!existsSync(file)) return undefined
  return path.endsWith('.md') ? readFileSync(file, 'utf8') : ''
}

/** The links of one page that lead nowhere. `read`: the text of a file, undefined where there is none. */
export function findBrokenLinks({ path, text }: Source, read: (path: string) => string | undefined): string[] {
  const prose = blankCode(text)
  const links = [
    ...prose.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g),
    ...prose.matchAll(/^\[[^\]]+\]:\s*(\S+)/gm),
  ]
  return links.flatMap((match) => {
    const problem = judge(match[1] ?? '', path, text, read)
    return problem === undefined ? [] : [`${path}:${lineAt(text, match.index)} ${problem}`]
  })
}

function judge(
  link: string,
  path: string,
  text: string,
  read: (path: string) => string | undefined,
): string | undefined {
  if (/^[a-z][a-z+.-]*:/i.test(link)) return undefined
  const [file = '', anchor] = link.split('#')
  const target = file === '' ? path : posix.join(posix.dirname(path), decodeURIComponent(file))
  const page = file === '' ? text : read(target)
  if (page === undefined) return `links to ${link}: there is no ${target}`
  if (anchor !== undefined && !findAnchors(page).includes(anchor)) return `links to ${link}: no such heading`
  return undefined
}

/** Code is no prose: blanked, with its length and lines kept, so that places stay true. */
function blankCode(text: string): string {
  return text.replace(/^(```+)[^\n]*\n[\s\S]*?^\1|`[^`\n]+`/gm, (code) => code.replace(/[^\n]/g, ' '))
}

/** The anchors of a page's headings, as code hosts make them: lower case, blanks to hyphens, repeats numbered. */
function findAnchors(page: string): string[] {
  const seen = new Map<string, number>()
  const headings = Array.from(page.replace(/^(```+)[^\n]*\n[\s\S]*?^\1/gm, '').matchAll(/^#+\s+(.+?)\s*#*$/gm))
  return headings.map(([, heading = '']) => {
    const slug = heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-')
    const repeats = seen.get(slug) ?? 0
    seen.set(slug, repeats + 1)
    return repeats === 0 ? slug : `${slug}-${repeats}`
  })
}
