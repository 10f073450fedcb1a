import { type FileHandle, open } from 'node:fs/promises'
import type { CID } from 'multiformats/cid'
import { carHeader, sectionPrefix } from '../car/car-format.ts'
import { cidKey } from '../dag/cids.ts'
import { RetrievalError } from '../errors.ts'
import { fill, readLeaf } from './read-leaf.ts'
import { balancedTree, isBranch, type Leaf, leafCid, type Node } from './unixfs-tree.ts'
import { writeWhole } from './write-whole.ts'

export interface PackOptions {
  /** Bytes of a piece. Default 1 MiB. */
  readonly chunkSize?: number
  /** Most links of a node. Default 1,024. */
  readonly width?: number
}

/** A packed file. */
export interface Packed {
  readonly root: CID
  /** Bytes of the file. */
  readonly fileSize: number
  /** Bytes of the CAR. */
  readonly carSize: number
  readonly blocks: number
}

const DEFAULT_CHUNK = 1 << 20
const DEFAULT_WIDTH = 1024

/**
 * Packs a file into a CAR: pieces of one size as raw blocks under a balanced UnixFS tree, in the order in which it is served.
 * The same file gives the same bytes. The CAR appears at `carPath` only when it is whole.
 *
 * @throws RetrievalError `FILE_NOT_FOUND`, `FILE_CHANGED`.
 * @example `const { root } = await packFile('film.mp4', 'cars/film.car')`
 */
export async function packFile(path: string, carPath: string, options: PackOptions = {}): Promise<Packed> {
  const source = await openFile(path)
  try {
    const leaves = await readLeaves(source, options.chunkSize ?? DEFAULT_CHUNK)
    const root = balancedTree(leaves, options.width ?? DEFAULT_WIDTH)
    const written = await writeWhole(carPath, (target) => writeCar(source, path, root, target))
    return { root: root.cid, fileSize: root.size, ...written }
  } finally {
    await source.close()
  }
}

async function openFile(path: string): Promise<FileHandle> {
  const handle = await open(path, 'r').catch((cause: unknown) => {
    throw new RetrievalError('FILE_NOT_FOUND', { path }, cause)
  })
  if ((await handle.stat()).isFile()) return handle
  await handle.close()
  throw new RetrievalError('FILE_NOT_FOUND', { path })
}

async function readLeaves(source: FileHandle, chunkSize: number): Promise<Leaf[]> {
  const leaves: Leaf[] = []
  const buffer = Buffer.allocUnsafeSlow(chunkSize)
  for (let offset = 0; ; offset += chunkSize) {
    const size = await fill(source, buffer, offset)
    if (size > 0 || offset === 0) leaves.push({ cid: leafCid(buffer.subarray(0, size)), offset, size })
    if (size < chunkSize) return leaves
  }
}

async function writeCar(
  source: FileHandle,
  path: string,
  root: Node,
  target: FileHandle,
): Promise<{ readonly carSize: number; readonly blocks: number }> {
  const header = carHeader(root.cid)
  await target.writeFile(header)
  let carSize = header.length
  let blocks = 0
  for (const node of distinct(root)) {
    const bytes = isBranch(node) ? node.bytes : await readLeaf(source, path, node)
    const prefix = sectionPrefix(node.cid, bytes.length)
    await target.writev([prefix, bytes])
    carSize += prefix.length + bytes.length
    blocks += 1
  }
  return { carSize, blocks }
}

/** All nodes depth first, each once. */
function* distinct(root: Node): Generator<Node> {
  const seen = new Set<string>()
  const stack: Node[] = [root]
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    const before = seen.size
    if (seen.add(cidKey(node.cid)).size === before) continue
    yield node
    if (isBranch(node)) stack.push(...node.children.toReversed())
  }
}
