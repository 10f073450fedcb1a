import { encode, type PBLink, type PBNode, prepare } from '@ipld/dag-pb'
import { CID } from 'multiformats/cid'
import { create as createDigest } from 'multiformats/hashes/digest'
import { DAG_PB, RAW, SHA2_256 } from '../dag/cids.ts'
import { encodeFileNode } from '../dag/unixfs.ts'
import { sha256 } from './hashes.ts'

/** A piece of the file. */
export interface Leaf {
  readonly cid: CID
  /** Where it stands in the file. */
  readonly offset: number
  readonly size: number
}

/** A node above pieces or other nodes. */
export interface Branch {
  readonly cid: CID
  readonly bytes: Uint8Array
  readonly children: readonly Node[]
  /** Bytes of the file below it. */
  readonly size: number
  /** Bytes of all blocks below it and its own: what dag-pb calls Tsize. */
  readonly treeSize: number
}

export type Node = Leaf | Branch

export const isBranch = (node: Node): node is Branch => 'children' in node

/** The CID of a piece, as a raw block. */
export const leafCid = (bytes: Uint8Array): CID => CID.createV1(RAW, createDigest(SHA2_256, sha256(bytes)))

/** The balanced tree over a file's pieces. One piece alone is its own root. `leaves`: at least one. */
export function balancedTree(leaves: readonly Leaf[], width: number): Node {
  let level: readonly Node[] = leaves
  while (level.length > 1) level = Array.from(chunks(level, width), branchOver)
  const [root] = level
  if (root === undefined) throw new RangeError('a file has at least one piece')
  return root
}

function* chunks<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let i = 0; i < items.length; i += size) yield items.slice(i, i + size)
}

function branchOver(children: readonly Node[]): Branch {
  const data = encodeFileNode(children.map(({ size }) => size))
  const links: PBLink[] = children.map((child) => ({ Name: '', Hash: child.cid, Tsize: treeSizeOf(child) }))
  const node: PBNode = prepare({ Data: data, Links: links })
  const bytes = encode(node)
  return {
    cid: CID.createV1(DAG_PB, createDigest(SHA2_256, sha256(bytes))),
    bytes,
    children,
    size: children.reduce((sum, { size }) => sum + size, 0),
    treeSize: children.reduce((sum, child) => sum + treeSizeOf(child), bytes.length),
  }
}

const treeSizeOf = (node: Node): number => (isBranch(node) ? node.treeSize : node.size)
