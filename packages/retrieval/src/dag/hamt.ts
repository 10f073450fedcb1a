import { murmur364 } from '@multiformats/murmur3'
import type { UnixFsNode } from './unixfs.ts'

/** The multicodec of the one hash of names that sharded directories use: the first 64 bits of murmur3-x64-128. */
const MURMUR3_64 = 0x22
const MAX_FANOUT = 1024
const HASH_BITS = 64

/** A link of a node of a sharded directory. */
interface NamedLink {
  readonly Name?: string
}

/** What a name leads to in a node: the entry itself, or a node that has it. */
export type Found<Link> = { readonly link: Link; readonly isEntry: boolean }

/** How the links of a node are named: some hexadecimal digits for its place among its siblings, then, for an entry, the entry's name. */
export interface Shard {
  /** Bits of the hash that a level takes. */
  readonly bits: number
  /** Digits before the name. */
  readonly width: number
}

/**
 * Reads how a node of a sharded directory is laid out.
 *
 * @throws Error where it is none that can be read.
 */
export function shardOf(node: UnixFsNode | undefined): Shard {
  if (node?.type !== 'sharded directory') throw new Error('no sharded directory')
  const { hashType, fanout = 0 } = node
  const bits = Math.log2(fanout)
  if (hashType !== MURMUR3_64) throw new Error(`names hashed by ${hashType}`)
  if (!Number.isInteger(bits) || bits < 1 || fanout > MAX_FANOUT) throw new Error(`${fanout} links a node`)
  return { bits, width: (fanout - 1).toString(16).length }
}

/** Whether a link leads to a node of the same directory. */
export const isShardLink = ({ width }: Shard, { Name = '' }: NamedLink): boolean => Name.length === width

/**
 * Finds a name in a node that is `level` levels below the directory's root.
 *
 * @returns Undefined where the directory has no such name.
 */
export function findInShard<Link extends NamedLink>(
  { bits, width }: Shard,
  links: readonly Link[],
  name: string,
  level: number,
): Found<Link> | undefined {
  if ((level + 1) * bits > HASH_BITS) return undefined
  const prefix = placeOf(name, level, bits).toString(16).toUpperCase().padStart(width, '0')
  const link = links.find(({ Name = '' }) => Name === prefix || Name === prefix + name)
  return link === undefined ? undefined : { link, isEntry: link.Name !== prefix }
}

/** The bits of the name's hash that belong to a level: those of the highest value belong to the first. */
function placeOf(name: string, level: number, bits: number): number {
  const hash = murmur364.encode(new TextEncoder().encode(name))
  if (hash instanceof Promise) throw new TypeError('names are hashed at once')
  let place = 0
  for (let bit = level * bits; bit < (level + 1) * bits; bit++) {
    place = (place << 1) | (((hash[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1)
  }
  return place
}
