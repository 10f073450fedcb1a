import * as cborCodec from '@ipld/dag-cbor'
import * as pbCodec from '@ipld/dag-pb'
import { createUnsafe } from 'multiformats/block'
import type { CID } from 'multiformats/cid'
import * as rawCodec from 'multiformats/codecs/raw'
import { DAG_CBOR, DAG_PB, isIdentity } from '../dag/cids.ts'
import type { Block } from './random-dag.ts'
import { carBytes } from './write-car.ts'

/** The CAR of a DAG of raw and dag-pb blocks, and dag-cbor arrays, written the plain way: recursively, by the libraries' own link iterators. */
export function referenceCar(root: CID, blocks: readonly Block[]): Uint8Array {
  const byCid = new Map(blocks.map((block) => [block.cid.toString(), block]))
  const out: Block[] = []
  const seen = new Set<string>()
  const visit = (cid: CID): void => {
    const key = cid.toString()
    if (seen.has(key)) return
    seen.add(key)
    const block = isIdentity(cid) ? { cid, bytes: cid.multihash.digest } : byCid.get(key)
    if (block === undefined) throw new Error(`no block ${key}`)
    if (!isIdentity(cid)) out.push(block)
    const codec = cid.code === DAG_PB ? pbCodec : cid.code === DAG_CBOR ? cborCodec : rawCodec
    for (const [, link] of createUnsafe({ cid, bytes: block.bytes, codec: codec as typeof rawCodec }).links())
      visit(link as CID)
  }
  visit(root)
  return carBytes([root], out)
}
