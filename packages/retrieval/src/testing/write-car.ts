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

export interface Car2Options {
  /** Whether an index follows. Its content plays no part. */
  readonly index: boolean
  /** Bytes between the header and the CAR within. */
  readonly padding: number
}

/** A CAR of version 2: the pragma, a header, and a CAR of version 1 within. */
export function carBytes2(
  roots: readonly CID[],
  blocks: readonly Block[],
  { index, padding }: Car2Options,
): Uint8Array {
  const inner = carBytes(roots, blocks)
  const header = Buffer.alloc(40)
  const offset = 51 + padding
  header.writeBigUInt64LE(BigInt(offset), 16)
  header.writeBigUInt64LE(BigInt(inner.length), 24)
  header.writeBigUInt64LE(BigInt(index ? offset + inner.length : 0), 32)
  const pragma = Buffer.from('0aa16776657273696f6e02', 'hex')
  return concatBytes(pragma, header, new Uint8Array(padding), inner, new Uint8Array(index ? 100 : 0).fill(0xee))
}
