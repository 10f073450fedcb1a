import { type FileHandle, open } from 'node:fs/promises'
import { decode } from '@ipld/dag-cbor'
import { equalBytes } from '@sluice/protocol'
import { CID } from 'multiformats/cid'
import { decodeVarint, MAX_VARINT } from '../car/varint.ts'
import type { Sha256 } from '../car/verifier.ts'
import { isIdentity, requireSupported } from '../dag/cids.ts'
import { RetrievalError } from '../errors.ts'

/** A block in a CAR on the disk. */
export interface CarEntry {
  readonly cid: CID
  /** Where its section begins, with the length and the CID. */
  readonly offset: number
  /** Bytes of the section. */
  readonly length: number
  /** Bytes of the block, at the end of the section. */
  readonly size: number
}

export interface CarReaderOptions {
  /** Largest block taken, in bytes. */
  readonly maxBlock: number
  /** Checks every block's content. Undefined: only where blocks begin and end. */
  readonly sha256: Sha256 | undefined
}

const MAX_HEADER = 1 << 20
const MAX_CID = 128
const BUFFER = 1 << 20

/** A CAR being read from its beginning to its end. */
export interface CarReader {
  readonly roots: readonly CID[]
  entries(): AsyncGenerator<CarEntry>
  close(): Promise<void>
}

/**
 * Opens a CAR of version 1 and reads its header.
 *
 * @throws RetrievalError `CAR_BROKEN`; `entries` too.
 */
export async function openCarReader(path: string, options: CarReaderOptions): Promise<CarReader> {
  const handle = await open(path, 'r')
  try {
    const window = new FileWindow(handle, path, (await handle.stat()).size, Math.max(BUFFER, options.maxBlock + BUFFER))
    const { roots, end } = await readHeader(window)
    return { roots, entries: () => readEntries(window, end, options), close: () => handle.close() }
  } catch (error) {
    await handle.close()
    throw error
  }
}

/** A piece of a file in memory, moved along it. */
class FileWindow {
  readonly path: string
  readonly size: number
  readonly #handle: FileHandle
  readonly #buffer: Buffer
  #start = 0
  #length = 0

  constructor(handle: FileHandle, path: string, size: number, capacity: number) {
    this.#handle = handle
    this.path = path
    this.size = size
    this.#buffer = Buffer.allocUnsafe(capacity)
  }

  /** The bytes at `offset`: `wanted` of them, fewer at the file's end. */
  async at(offset: number, wanted: number): Promise<Buffer> {
    const from = offset - this.#start
    const has = from >= 0 && from + Math.min(wanted, this.size - offset) <= this.#length
    if (!has) await this.#load(offset)
    const begin = offset - this.#start
    return this.#buffer.subarray(begin, Math.min(begin + wanted, this.#length))
  }

  async #load(offset: number): Promise<void> {
    this.#start = offset
    this.#length = 0
    while (this.#length < this.#buffer.length) {
      const { bytesRead } = await this.#handle.read(
        this.#buffer,
        this.#length,
        this.#buffer.length - this.#length,
        offset + this.#length,
      )
      if (bytesRead === 0) return
      this.#length += bytesRead
    }
  }

  broken(offset: number, reason: string, cause?: unknown): RetrievalError {
    return new RetrievalError('CAR_BROKEN', { path: this.path, reason, offset }, cause)
  }
}

async function readLength(
  window: FileWindow,
  offset: number,
): Promise<{ readonly value: number; readonly size: number }> {
  const varint = decodeVarint(await window.at(offset, MAX_VARINT), 0)
  if (varint === undefined) throw window.broken(offset, 'it ends within a length')
  if (varint === 'invalid') throw window.broken(offset, 'a length is not written as it must be')
  return varint
}

async function readHeader(window: FileWindow): Promise<{ readonly roots: readonly CID[]; readonly end: number }> {
  const { value, size } = await readLength(window, 0)
  if (value === 0 || value > MAX_HEADER) throw window.broken(0, 'it begins with no header')
  const bytes = await window.at(size, value)
  if (bytes.length < value) throw window.broken(size, 'it ends within the header')
  let header: unknown
  try {
    header = decode(bytes.slice())
  } catch (cause) {
    throw window.broken(size, 'its header cannot be read', cause)
  }
  return { roots: rootsIn(header, window), end: size + value }
}

function rootsIn(header: unknown, window: FileWindow): readonly CID[] {
  const { version, roots } = (typeof header === 'object' && header !== null ? header : {}) as Record<string, unknown>
  if (version !== 1)
    throw window.broken(0, typeof version === 'number' ? `it has version ${version}` : 'its header has no version')
  const cids = Array.isArray(roots) ? roots.map((root) => CID.asCID(root)) : []
  if (!Array.isArray(roots) || cids.includes(null)) throw window.broken(0, 'its header has no roots')
  return cids.filter((cid) => cid !== null)
}

async function* readEntries(window: FileWindow, start: number, options: CarReaderOptions): AsyncGenerator<CarEntry> {
  for (let offset = start; offset < window.size; ) {
    const entry = await readEntry(window, offset, options)
    yield entry
    offset += entry.length
  }
}

async function readEntry(
  window: FileWindow,
  offset: number,
  { maxBlock, sha256 }: CarReaderOptions,
): Promise<CarEntry> {
  const { value, size: prefix } = await readLength(window, offset)
  if (value === 0) throw window.broken(offset, 'a block has no length')
  if (value > maxBlock + MAX_CID) throw window.broken(offset, `a block has more than ${maxBlock} bytes`)
  const section = await window.at(offset, prefix + value)
  if (section.length < prefix + value) throw window.broken(offset, 'it ends within a block')
  const [cid, data] = split(window, offset, section.subarray(prefix))
  if (data.length > maxBlock) throw window.broken(offset, `a block has more than ${maxBlock} bytes`)
  const isWrong = sha256 !== undefined && !isIdentity(cid) && !equalBytes(sha256(data), cid.multihash.digest)
  if (isWrong) throw window.broken(offset, `the block ${cid} does not have the content that its CID says`)
  return { cid, offset, length: section.length, size: data.length }
}

function split(window: FileWindow, offset: number, bytes: Uint8Array): readonly [CID, Uint8Array] {
  try {
    const [cid, data] = CID.decodeFirst(bytes)
    // The CID outlives the buffer.
    return [requireSupported(CID.decode(cid.bytes.slice())), data]
  } catch (cause) {
    const reason = cause instanceof RetrievalError ? cause.message : 'a block has no CID'
    throw window.broken(offset, reason, cause)
  }
}
