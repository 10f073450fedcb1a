import { decode, type PBLink } from '@ipld/dag-pb'
import type { CID } from 'multiformats/cid'
import { DAG_PB, requireSupported } from './cids.ts'
import type { Below } from './dag-walk.ts'
import { type EntityBytes, type Span, spanIn } from './entity-bytes.ts'
import { isShardLink, shardOf } from './hamt.ts'
import { copyOf, readAs } from './links.ts'
import { decodeNode, type UnixFsNode } from './unixfs.ts'

/** A block of dag-pb with what UnixFS says of it. */
export interface UnixFsBlock {
  readonly links: readonly PBLink[]
  /** Undefined where it is no UnixFS. */
  readonly node: UnixFsNode | undefined
}

/**
 * Reads a block of dag-pb.
 *
 * @throws RetrievalError `BLOCK_UNREADABLE`.
 */
export function readUnixFs(cid: CID, bytes: Uint8Array): UnixFsBlock {
  const { Data, Links } = readAs(cid, () => decode(bytes))
  return { links: Links, node: Data === undefined ? undefined : tryNode(Data) }
}

function tryNode(data: Uint8Array): UnixFsNode | undefined {
  try {
    return decodeNode(data)
  } catch {
    return undefined
  }
}

const isFile = (node: UnixFsNode): boolean => node.type === 'file' || node.type === 'raw'
const linkOf = ({ Hash }: PBLink): CID => requireSupported(copyOf(Hash))

/**
 * What belongs to the entity whose root is this block: all of a file, or those of its blocks that hold the bytes wanted; the nodes of
 * a directory without its entries; of anything else the block alone.
 *
 * @throws RetrievalError `RANGE_OUTSIDE`, `BLOCK_UNREADABLE`, `CID_UNSUPPORTED`.
 */
export function entityUnder(bytes: EntityBytes | undefined): Below['expand'] {
  return (cid, block) => {
    if (cid.code !== DAG_PB) return undefined
    const { links, node } = readUnixFs(cid, block)
    if (node?.type === 'sharded directory') return shardsUnder(cid, block)
    if (node === undefined || !isFile(node)) return undefined
    return filePart(links, node, 0, bytes === undefined ? WHOLE : spanIn(bytes, sizeOf(node)))
  }
}

/** Bytes of a file as its root says, or as its parts do. */
export const sizeOf = ({ fileSize, data, blockSizes }: UnixFsNode): number =>
  fileSize ?? blockSizes.reduce((sum, size) => sum + size, data.length)

function shardsUnder(cid: CID, block: Uint8Array): Below {
  const { links, node } = readUnixFs(cid, block)
  const shard = readAs(cid, () => shardOf(node), 'UnixFS')
  return { links: links.filter((link) => isShardLink(shard, link)).map(linkOf), expand: shardsUnder }
}

/** The blocks below a node of a file that hold bytes of `span`. The node's own bytes begin at `start` in the file. */
function filePart(links: readonly PBLink[], node: UnixFsNode, start: number, asked: Span): Below {
  const parts = partsOf(links, node, start)
  // Where a node does not say what its links hold, each may hold what is wanted.
  const span = node.blockSizes.length === links.length ? asked : WHOLE
  const wanted = span === WHOLE ? parts : parts.filter((part) => isTouched(part, span))
  return {
    links: wanted.map(({ link }) => linkOf(link)),
    expand: (cid, bytes, index) => {
      const part = wanted[index]
      if (part === undefined || cid.code !== DAG_PB) return undefined
      const child = readUnixFs(cid, bytes)
      if (child.node === undefined || !isFile(child.node)) return undefined
      return filePart(child.links, child.node, part.from, clip(span, part))
    },
    isPart: (index) => {
      const part = wanted[index]
      return part !== undefined && span !== WHOLE && (part.from < span.start || part.to > span.end)
    },
  }
}

interface Part {
  readonly link: PBLink
  /** Where its bytes stand in the file. */
  readonly from: number
  readonly to: number
}

function partsOf(links: readonly PBLink[], { data, blockSizes }: UnixFsNode, start: number): Part[] {
  let from = start + data.length
  return links.map((link, i) => {
    const to = from + (blockSizes[i] ?? 0)
    const part = { link, from, to }
    from = to
    return part
  })
}

const WHOLE: Span = { start: 0, end: Number.POSITIVE_INFINITY }
const isTouched = ({ from, to }: Part, { start, end }: Span): boolean => start < end && from < end && to > start

/** A node has no bytes but those that its parent gives it: so siblings share none, whatever they say of themselves. */
function clip(span: Span, { from, to }: Part): Span {
  if (span === WHOLE) return span
  return { start: Math.max(span.start, from), end: Math.min(span.end, to) }
}
