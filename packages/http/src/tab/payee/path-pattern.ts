/** Percent-encoded bytes as what they stand for, where they are UTF-8. */
function decode(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (encoded) => {
    try {
      return decodeURIComponent(encoded)
    } catch {
      return encoded
    }
  })
}

/**
 * A path as any server may read it: decoded, in lowercase, without empty and dotted segments, parameters after a semicolon and a slash at its end.
 * Who asks for `/PAID/x`, `//paid/x` or `/paid;a/x` asks for what `/paid/x` costs, since what stands behind may answer the same.
 */
export function canonicalPath(path: string): string {
  const segments: string[] = []
  for (const part of decode(path).replaceAll('\\', '/').split('/')) {
    const [segment = ''] = part.split(';')
    if (segment === '..') segments.pop()
    else if (segment !== '' && segment !== '.') segments.push(segment.toLowerCase())
  }
  return `/${segments.join('/')}`
}

/** Whether a segment is what a pattern's says: `*` in it, once, stands for anything. */
function fitsSegment(pattern: string, segment: string): boolean {
  const star = pattern.indexOf('*')
  if (star < 0) return pattern === segment
  const [before, after] = [pattern.slice(0, star), pattern.slice(star + 1)]
  const isLong = segment.length >= before.length + after.length
  return isLong && segment.startsWith(before) && segment.endsWith(after)
}

/** Whether what is wrong with a pattern is nothing. */
export function isPathPattern(text: string): boolean {
  return text.startsWith('/') && text.split('/').every((segment) => segment.split('*').length <= 2)
}

/**
 * Tells which paths a pattern stands for: `*` is anything within a segment, and at the end of the pattern anything more. `/a/*` stands for
 * `/a` too.
 *
 * @example `pathPattern('/films/*.mp4')('/films/one.mp4') // true`
 */
export function pathPattern(text: string): (path: string) => boolean {
  const isOpen = text.endsWith('*')
  const stem = isOpen ? text.slice(0, -1) : text
  const isWhole = !isOpen || stem.endsWith('/')
  const wanted = canonicalPath(stem).slice(1).split('/').filter(Boolean)
  return (path) => {
    const segments = canonicalPath(path).slice(1).split('/').filter(Boolean)
    if (isOpen ? segments.length < wanted.length : segments.length !== wanted.length) return false
    return wanted.every((pattern, i) => {
      const segment = segments[i] ?? ''
      const isLast = i === wanted.length - 1
      return fitsSegment(isLast && !isWhole ? `${pattern}*` : pattern, segment)
    })
  }
}
