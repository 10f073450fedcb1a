import { createHash, hash } from 'node:crypto'
import { encode as encodeCbor } from '@ipld/dag-cbor'
import { encode as encodePb, prepare } from '@ipld/dag-pb'
import { CID } from 'multiformats/cid'
import { create as createDigest } from 'multiformats/hashes/digest'
import { DAG_CBOR, DAG_PB, IDENTITY, RAW, SHA2_256 } from '../dag/cids.ts'

export interface Block {
  readonly cid: CID
  readonly bytes: Uint8Array
}

export const sha256 = (bytes: Uint8Array): Uint8Array => hash('sha256', bytes, 'buffer')

export function blockOf(code: number, bytes: Uint8Array): Block {
  return { cid: CID.createV1(code, createDigest(SHA2_256, sha256(bytes))), bytes }
}

export const rawBlock = (bytes: Uint8Array): Block => blockOf(RAW, bytes)
export const pbBlock = (links: readonly CID[], data?: Uint8Array): Block =>
  blockOf(
    DAG_PB,
    encodePb(prepare({ Links: links.map((Hash) => ({ Hash })), ...(data === undefined ? {} : { Data: data }) })),
  )
export const cborBlock = (value: unknown): Block => blockOf(DAG_CBOR, encodeCbor(value))
export const identityCid = (code: number, bytes: Uint8Array): CID => CID.createV1(code, createDigest(IDENTITY, bytes))

/** A generator of whole numbers below a bound that follows from the seed alone. */
export function seeded(seed: number): (bound: number) => number {
  let count = 0
  return (bound) => createHash('sha256').update(`${seed}/${count++}`).digest().readUInt32BE(0) % bound
}

/** A DAG of all codecs with shared blocks and identity CIDs. The root is the last block; the order of the others is arbitrary. */
export function randomDag(seed: number, size: number): { readonly root: CID; readonly blocks: readonly Block[] } {
  const random = seeded(seed)
  const blocks: Block[] = [rawBlock(Uint8Array.of(seed & 255))]
  const some = (): CID => blocks[random(blocks.length)]?.cid ?? identityCid(RAW, Uint8Array.of(1))
  const several = (): CID[] =>
    Array.from({ length: random(5) }, () => (random(6) === 0 ? identityOver(some()) : some()))
  const identityOver = (cid: CID): CID => identityCid(DAG_CBOR, encodeCbor([cid]))
  for (let i = 0; i < size; i++) {
    const kind = random(3)
    if (kind === 0) blocks.push(rawBlock(new Uint8Array(random(300)).fill(random(256))))
    else if (kind === 1) blocks.push(pbBlock(several(), Uint8Array.of(i & 255, i >> 8)))
    else
      blocks.push(
        cborBlock({ i, b: several(), c: [several()], d: some(), x: -i, y: 'text', z: 1.5, n: null, m: 2 ** 40 }),
      )
  }
  const root = cborBlock([seed, blocks.map(({ cid }) => cid)])
  return { root: root.cid, blocks: [...blocks, root] }
}
