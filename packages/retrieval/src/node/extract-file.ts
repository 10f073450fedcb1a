import type { FileHandle } from 'node:fs/promises'
import { decode } from '@ipld/dag-pb'
import type { CID } from 'multiformats/cid'
import { DEFAULT_MAX_BLOCK } from '../car/verifier.ts'
import { CODEC_NAMES, cidKey, DAG_PB, isIdentity, RAW, requireSupported } from '../dag/cids.ts'
import { decodeNode, type UnixFsNode } from '../dag/unixfs.ts'
import { RetrievalError } from '../errors.ts'
import { type CarEntry, openCarReader } from './car-reader.ts'
import { hashes } from './hashes.ts'
import { OpenFiles } from './open-files.ts'
import { readExactly } from './plans/read-plan.ts'
import { writeWhole } from './write-whole.ts'

export interface ExtractOptions {
  /** Default: the CAR's own root. */
  readonly root?: CID
  /** Most bytes written: repeated pieces can make a file far larger than its CAR. Default 16 times the CAR, and 1 MiB. */
  readonly maxBytes?: number
  /** Largest block taken, in bytes. Default 2 MiB. */
  readonly maxBlock?: number
}

const GROWTH = 16
const MAX_DEPTH = 64

/**
 * Writes the file that a CAR holds. Every block is checked against its CID before. The file appears at `path` only when it is whole.
 *
 * @throws RetrievalError `CAR_BROKEN`, `NOT_A_FILE`, `BLOCK_MISSING`, `FILE_TOO_LARGE`, `FILE_SIZE`.
 * @example `await extractFile('film.car', 'film.mp4')`
 */
export async function extractFile(
  carPath: string,
  path: string,
  options: ExtractOptions = {},
): Promise<{ readonly bytes: number }> {
  const { blocks, carRoot, carSize } = await index(carPath, options.maxBlock ?? DEFAULT_MAX_BLOCK)
  const root = options.root ?? carRoot
  if (root === undefined) throw new RetrievalError('CAR_BROKEN', { path: carPath, reason: 'it has no root', offset: 0 })
  const files = new OpenFiles(1)
  try {
    const extraction = new Extraction({
      root: requireSupported(root),
      maxBytes: options.maxBytes ?? GROWTH * carSize + (1 << 20),
      read: (cid) => readBlock(files, carPath, blocks, cid, root),
    })
    return { bytes: await writeWhole(path, (target) => extraction.writeTo(target)) }
  } finally {
    await files.close()
  }
}

interface Indexed {
  readonly blocks: ReadonlyMap<string, CarEntry>
  readonly carRoot: CID | undefined
  readonly carSize: number
}

async function index(path: string, maxBlock: number): Promise<Indexed> {
  const reader = await openCarReader(path, { maxBlock, hashes })
  try {
    const blocks = new Map<string, CarEntry>()
    let carSize = 0
    for await (const entry of reader.entries()) {
      if (entry.isKnown) blocks.set(cidKey(entry.cid), entry)
      carSize = entry.offset + entry.length
    }
    return { blocks, carRoot: reader.roots[0], carSize }
  } finally {
    await reader.close()
  }
}

async function readBlock(
  files: OpenFiles,
  path: string,
  blocks: ReadonlyMap<string, CarEntry>,
  cid: CID,
  root: CID,
): Promise<Uint8Array> {
  if (isIdentity(cid)) return cid.multihash.digest
  const entry = blocks.get(cidKey(cid))
  if (entry === undefined) throw new RetrievalError('BLOCK_MISSING', { cid: cid.toString(), root: root.toString() })
  return readExactly(files, { file: { path }, offset: entry.offset + entry.length - entry.size, length: entry.size })
}

interface ExtractionOptions {
  readonly root: CID
  readonly maxBytes: number
  readonly read: (cid: CID) => Promise<Uint8Array>
}

class Extraction {
  readonly #options: ExtractionOptions
  #written = 0

  constructor(options: ExtractionOptions) {
    this.#options = options
  }

  async writeTo(target: FileHandle): Promise<number> {
    await this.#write(target, this.#options.root, 0)
    return this.#written
  }

  async #write(target: FileHandle, cid: CID, depth: number): Promise<void> {
    const { root, read } = this.#options
    if (depth > MAX_DEPTH) throw new RetrievalError('NOT_A_FILE', { cid: root.toString(), found: 'a tree without end' })
    const { data, links, size } = partsOf(cid, await read(cid))
    const before = this.#written
    if (size !== undefined) this.#require(before + size)
    this.#require(this.#written + data.length)
    await target.appendFile(data)
    this.#written += data.length
    for (const link of links) await this.#write(target, link, depth + 1)
    const got = this.#written - before
    if (size !== undefined && got !== size)
      throw new RetrievalError('FILE_SIZE', { cid: cid.toString(), expected: size, got })
  }

  #require(size: number): void {
    const { maxBytes } = this.#options
    if (size > maxBytes) throw new RetrievalError('FILE_TOO_LARGE', { size, max: maxBytes })
  }
}

interface Parts {
  readonly data: Uint8Array
  readonly links: readonly CID[]
  /** Bytes of the file below, as the node says. */
  readonly size?: number
}

function partsOf(cid: CID, bytes: Uint8Array): Parts {
  if (cid.code === RAW) return { data: bytes, links: [] }
  if (cid.code !== DAG_PB)
    throw new RetrievalError('NOT_A_FILE', { cid: cid.toString(), found: `a block of ${CODEC_NAMES.get(cid.code)}` })
  const { file, links } = readNode(cid, bytes)
  if (file.type !== 'file' && file.type !== 'raw') {
    throw new RetrievalError('NOT_A_FILE', { cid: cid.toString(), found: `a ${file.type}` })
  }
  const size = file.fileSize
  return { data: file.data, links, ...(size === undefined ? {} : { size }) }
}

function readNode(cid: CID, bytes: Uint8Array): { readonly file: UnixFsNode; readonly links: readonly CID[] } {
  try {
    const node = decode(bytes)
    return {
      file: decodeNode(node.Data ?? new Uint8Array(0)),
      links: node.Links.map(({ Hash }) => requireSupported(Hash)),
    }
  } catch (cause) {
    throw new RetrievalError('BLOCK_UNREADABLE', { cid: cid.toString(), codec: 'UnixFS' }, cause)
  }
}
