import { encode } from '@ipld/dag-cbor'
import { concatBytes } from '@sluice/protocol'
import type { CID } from 'multiformats/cid'
import { sectionPrefix } from '../car/car-format.ts'
import { encodeVarint } from '../car/varint.ts'
import type { Block } from './random-dag.ts'

/** A CAR with any header and any order. */
export function carBytes(roots: readonly CID[], blocks: readonly Block[], version = 1): Uint8Array {
  const header = encode({ version, roots })
  return concatBytes(
    encodeVarint(header.length),
    header,
    ...blocks.flatMap(({ cid, bytes }) => [sectionPrefix(cid, bytes.length), bytes]),
  )
}
