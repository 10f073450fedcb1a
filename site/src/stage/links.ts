import { posix } from 'node:path'
import { mapProse } from './markdown.ts'

/**
 * The address of what a link leads to.
 *
 * @param path - The file or folder, from the repository's root.
 * @returns Undefined if the site does not show it.
 */
export type Resolve = (path: string) => string | undefined

/**
 * The document with its links to files of the repository turned into links of the site. A link to what the site does not show, such as a
 * source, becomes its text.
 *
 * @param path - Of the document, from the root that `resolve` knows.
 */
export function rewriteLinks(document: string, path: string, resolve: Resolve): string {
  const addressOf = (link: string): string | undefined => {
    if (/^([a-z][a-z+.-]*:|#)/i.test(link)) return link
    const [file = '', anchor] = link.split('#')
    const address = resolve(posix.join(posix.dirname(path), decodeURIComponent(file)))
    return address === undefined || anchor === undefined ? address : `${address}#${anchor}`
  }
  return mapProse(document, (prose) =>
    outsideCode(prose, (text) =>
      text.replace(
        /(!?)\[((?:[^\][]|\[[^\]]*\])*)\]\(<?([^)\s>]+)>?\)/g,
        (whole, image: string, label, link: string) => {
          const address = addressOf(link)
          if (address === link) return whole
          return address === undefined ? label : `${image}[${label}](${address})`
        },
      ),
    ),
  )
}

/** Changes what is outside of code in a line. A link's label may itself hold code: such a link is changed whole. */
function outsideCode(prose: string, change: (text: string) => string): string {
  const code: string[] = []
  // A character of the private use area stands for each piece of code meanwhile.
  const masked = prose.replace(
    /(?<!`)(`+)(?!`)(?:(?!\n\s*\n)[\s\S])*?(?<!`)\1(?!`)/g,
    (piece) => `\uE000${code.push(piece) - 1}\uE001`,
  )
  return change(masked).replace(/\uE000(\d+)\uE001/g, (_, index) => code[Number(index)] ?? '')
}
