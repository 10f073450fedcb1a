import { CID } from 'multiformats/cid'

const TAG_CID = 42
const MAX_SAFE_HIGH = 0x1f_ffff

/**
 * The CIDs in a DAG-CBOR block in the order of its bytes. Items are read one after another, for the order in which they nest plays
 * no part; a JavaScript object would forget the order of keys that look like numbers.
 *
 * @throws Error where the bytes are not DAG-CBOR.
 */
export function cborLinks(bytes: Uint8Array): CID[] {
  const links: CID[] = []
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  while (at < bytes.length) {
    const head = readHead(view, at)
    at = head.end
    if (head.major === 2 || head.major === 3) at = skip(view, at, head.argument)
    if (head.major !== 6) continue
    if (head.argument !== TAG_CID) throw new Error(`tag ${head.argument}`)
    const link = readLink(bytes, view, at)
    links.push(link.cid)
    at = link.end
  }
  return links
}

interface Head {
  readonly major: number
  readonly argument: number
  readonly end: number
}

function readHead(view: DataView, at: number): Head {
  const first = view.getUint8(at)
  const major = first >> 5
  const info = first & 31
  if (major === 7) return { major, argument: 0, end: at + simpleSize(info) }
  if (info < 24) return { major, argument: info, end: at + 1 }
  if (info === 24) return { major, argument: view.getUint8(at + 1), end: at + 2 }
  if (info === 25) return { major, argument: view.getUint16(at + 1), end: at + 3 }
  if (info === 26) return { major, argument: view.getUint32(at + 1), end: at + 5 }
  if (info === 27) return { major, argument: readUint64(view, at + 1, major), end: at + 9 }
  throw new Error('an indefinite length')
}

/** Lengths are safe integers; the value of a number plays no part. */
function readUint64(view: DataView, at: number, major: number): number {
  const high = view.getUint32(at)
  if (major >= 2 && high > MAX_SAFE_HIGH) throw new Error('a length beyond any block')
  return high * 2 ** 32 + view.getUint32(at + 4)
}

function simpleSize(info: number): number {
  if (info === 20 || info === 21 || info === 22) return 1
  if (info === 27) return 9
  throw new Error(`the simple value ${info}`)
}

function skip(view: DataView, at: number, length: number): number {
  if (at + length > view.byteLength) throw new Error('a string beyond the end')
  return at + length
}

function readLink(bytes: Uint8Array, view: DataView, at: number): { readonly cid: CID; readonly end: number } {
  const { major, argument, end } = readHead(view, at)
  if (major !== 2 || argument < 2) throw new Error('a tag 42 without bytes')
  const after = skip(view, end, argument)
  if (bytes[end] !== 0) throw new Error('a CID without its prefix')
  return { cid: CID.decode(bytes.slice(end + 1, after)), end: after }
}
