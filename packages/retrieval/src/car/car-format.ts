import { concatBytes, equalBytes } from '@sluice/protocol'
import { CID } from 'multiformats/cid'
import { decodeVarint, encodeVarint } from './varint.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)
const MAP_OF_2 = 0xa2
const ARRAY_OF_1 = 0x81
const TAG_42 = [0xd8, 0x2a]

/** A DAG-CBOR byte string. */
function cborBytes(bytes: Uint8Array): Uint8Array {
  const head = bytes.length < 24 ? [0x40 | bytes.length] : [0x58, bytes.length]
  return concatBytes(Uint8Array.of(...head), bytes)
}

/** The header of a CAR of version 1 with one root, its length before it: the DAG-CBOR of `{ roots: [root], version: 1 }`. */
export function carHeader(root: CID): Uint8Array {
  const link = cborBytes(concatBytes(Uint8Array.of(0), root.bytes))
  const header = concatBytes(
    Uint8Array.of(MAP_OF_2, 0x65),
    utf8('roots'),
    Uint8Array.of(ARRAY_OF_1, ...TAG_42),
    link,
    Uint8Array.of(0x67),
    utf8('version'),
    Uint8Array.of(1),
  )
  return concatBytes(encodeVarint(header.length), header)
}

/** What stands before a block's bytes in a CAR: the length of CID and block, and the CID. */
export function sectionPrefix(cid: CID, blockLength: number): Uint8Array {
  return concatBytes(encodeVarint(cid.bytes.length + blockLength), cid.bytes)
}

/** Media type of what is served. */
export const CAR_TYPE = 'application/vnd.ipld.car; version=1; order=dfs; dups=n'

/** The strong ETag of a DAG as CAR: these bytes follow from the root alone. */
export const carTag = (root: CID): string => `"${root}.car.1.dfs.n"`

/** The most bytes that a header with one root has. */
export const MAX_HEADER = 256
/** Bytes before the root's byte string, and behind it. */
const BEFORE_ROOT = 10
const BEHIND_ROOT = 9

/** The root in a header with its length before it, where it is written as {@link carHeader} does. */
export function headerRoot(bytes: Uint8Array): CID | undefined {
  const varint = decodeVarint(bytes, 0)
  if (varint === undefined || varint === 'invalid') return undefined
  const start = varint.size + BEFORE_ROOT
  const head = bytes[start] === 0x58 ? 3 : 2
  try {
    const root = CID.decode(Uint8Array.from(bytes.subarray(start + head, bytes.length - BEHIND_ROOT)))
    return equalBytes(carHeader(root), bytes) ? root : undefined
  } catch {
    return undefined
  }
}
