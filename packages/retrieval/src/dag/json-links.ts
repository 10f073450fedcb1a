import { CID } from 'multiformats/cid'

/** A string, a mark, or a number or word of JSON. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g

/**
 * The CIDs in a DAG-JSON block in the order of its bytes: a link is a map of the one key `/` with a CID as text. Tokens are read one after another, for a JavaScript
 * object would forget the order of keys that look like numbers.
 *
 * @throws Error where the bytes are not DAG-JSON.
 */
export function jsonLinks(bytes: Uint8Array): CID[] {
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  JSON.parse(text)
  const links: CID[] = []
  /** The last four tokens before this one. */
  let before: readonly string[] = []
  for (const [token] of text.matchAll(TOKEN)) {
    const [open, key = '', , value = ''] = before
    const isLink =
      open === '{' && token === '}' && value.startsWith('"') && key.startsWith('"') && JSON.parse(key) === '/'
    if (isLink) links.push(CID.parse(JSON.parse(value)))
    before = [...before.slice(-3), token]
  }
  return links
}
