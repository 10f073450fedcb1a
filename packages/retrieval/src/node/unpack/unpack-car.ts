import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { CID } from 'multiformats/cid'
import { DEFAULT_MAX_BLOCK } from '../../car/verifier.ts'
import { CODEC_NAMES, DAG_PB, RAW, requireSupported } from '../../dag/cids.ts'
import { readUnixFs } from '../../dag/entity.ts'
import type { EntityBytes } from '../../dag/entity-bytes.ts'
import { RetrievalError } from '../../errors.ts'
import { writeWhole } from '../write-whole.ts'
import { type Directory, entriesOf } from './directory.ts'
import { type Budget, writeFile } from './file.ts'
import { openStoredBlocks, type StoredBlocks } from './stored-blocks.ts'

export interface UnpackOptions {
  /** Default: the CAR's own root. */
  readonly root?: CID
  /** Most bytes written: repeated pieces can make a file far larger than its CAR. Default 16 times the CAR, and 1 MiB. */
  readonly maxBytes?: number
  /** Largest block taken, in bytes. Default 2 MiB. */
  readonly maxBlock?: number
  /** Of a file these bytes alone: the CAR need hold no others. */
  readonly bytes?: EntityBytes
}

/** What was written. */
export interface Unpacked {
  /** Of all files. */
  readonly bytes: number
  readonly files: number
}

const GROWTH = 16
const MAX_DEPTH = 64
/** Files and directories. */
const MAX_ENTRIES = 1 << 20

/**
 * Writes the file, or the directory with all that is in it, that a CAR holds. Every block is checked against its CID before. It appears at `path` only when it is
 * whole. Nothing is ever written outside of it.
 *
 * @throws RetrievalError `CAR_BROKEN`, `NOT_A_FILE`, `BLOCK_MISSING`, `FILE_TOO_LARGE`, `FILE_SIZE`, `RANGE_OUTSIDE`, `ENTRY_INVALID`, `DAG_LIMIT`.
 * @example `await unpackCar('film.car', 'film.mp4')`
 */
export async function unpackCar(carPath: string, path: string, options: UnpackOptions = {}): Promise<Unpacked> {
  const blocks = await openStoredBlocks(carPath, options.maxBlock ?? DEFAULT_MAX_BLOCK)
  try {
    const root = options.root ?? blocks.root
    if (root === undefined) {
      throw new RetrievalError('CAR_BROKEN', { path: carPath, reason: 'it has no root', offset: 0 })
    }
    const unpacking = new Unpacking(blocks, options.maxBytes ?? GROWTH * blocks.size + (1 << 20))
    return await unpacking.run(requireSupported(root), path, options.bytes)
  } finally {
    await blocks.close()
  }
}

class Unpacking {
  readonly #blocks: StoredBlocks
  readonly #budget: Budget
  #entries = 0
  #files = 0

  constructor(blocks: StoredBlocks, max: number) {
    this.#blocks = blocks
    this.#budget = { max, written: 0 }
  }

  async run(root: CID, path: string, bytes: EntityBytes | undefined): Promise<Unpacked> {
    const block = await this.#blocks.read(root)
    if (isDirectory(root, block)) await this.#writeFolderWhole(root, block, path)
    else await this.#writeFile(root, block, path, bytes)
    return { bytes: this.#budget.written, files: this.#files }
  }

  async #writeFolderWhole(root: CID, block: Uint8Array, path: string): Promise<void> {
    const temporary = `${path}.part-${process.pid}`
    try {
      await this.#writeFolder(root, block, temporary, 0)
      await rename(temporary, path)
    } catch (error) {
      await rm(temporary, { recursive: true, force: true })
      throw error
    }
  }

  async #writeFolder(cid: CID, block: Uint8Array, path: string, depth: number): Promise<void> {
    if (depth > MAX_DEPTH) throw new RetrievalError('DAG_LIMIT', { max: MAX_DEPTH, what: 'levels of directories' })
    await mkdir(path)
    const directory: Directory = { cid, block, read: (one) => this.#blocks.read(one) }
    const names = new Set<string>()
    for await (const { name, link } of entriesOf(directory)) {
      this.#entries += 1
      if (this.#entries > MAX_ENTRIES) throw new RetrievalError('DAG_LIMIT', { max: MAX_ENTRIES, what: 'entries' })
      // Some disks take names that differ in case alone for one.
      const key = name.normalize('NFC').toLowerCase()
      if (names.has(key))
        throw new RetrievalError('ENTRY_INVALID', { cid: String(cid), name, reason: 'it is there twice' })
      names.add(key)
      await this.#writeEntry(link, join(path, name), depth + 1)
    }
  }

  async #writeEntry(cid: CID, path: string, depth: number): Promise<void> {
    const block = await this.#blocks.read(cid)
    if (isDirectory(cid, block)) await this.#writeFolder(cid, block, path, depth)
    else await this.#writeFile(cid, block, path, undefined)
  }

  async #writeFile(cid: CID, block: Uint8Array, path: string, bytes: EntityBytes | undefined): Promise<void> {
    const source = { cid, block, read: (one: CID) => this.#blocks.read(one), budget: this.#budget, bytes }
    await writeWhole(path, (target) => writeFile(target, source))
    this.#files += 1
  }
}

function isDirectory(cid: CID, block: Uint8Array): boolean {
  if (cid.code === RAW) return false
  if (cid.code !== DAG_PB) {
    throw new RetrievalError('NOT_A_FILE', { cid: String(cid), found: `a block of ${CODEC_NAMES.get(cid.code)}` })
  }
  const { node } = readUnixFs(cid, block)
  return node?.type === 'directory' || node?.type === 'sharded directory'
}
