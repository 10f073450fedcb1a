import { open } from 'node:fs/promises'
import { decode } from '@ipld/dag-cbor'
import { equalBytes } from '@sluice/protocol'
import { CID } from 'multiformats/cid'
import { decodeVarint, MAX_VARINT } from '../car/varint.ts'
import { type Hashes, hasKnownHash, isIdentity } from '../dag/cids.ts'
import { FileWindow } from './file-window.ts'

/** A block in a CAR on the disk. */
export interface CarEntry {
  readonly cid: CID
  /** Where its section begins in the file, with the length and the CID. */
  readonly offset: number
  /** Bytes of the section. */
  readonly length: number
  /** Bytes of the block, at the end of the section. */
  readonly size: number
  /** Whether its content can be told to be that of its CID: the hash is a known one. */
  readonly isKnown: boolean
}

export interface CarReaderOptions {
  /** Largest block taken, in bytes. */
  readonly maxBlock: number
  /** Checks every block's content. Undefined: only where blocks begin and end. */
  readonly hashes: Hashes | undefined
}

const MAX_HEADER = 1 << 20
const MAX_CID = 128
const BUFFER = 1 << 20

/** How a CAR of version 2 begins: with the header of a CAR that has this version and no roots. */
const PRAGMA_2 = Uint8Array.of(0x0a, 0xa1, 0x67, 0x76, 0x65, 0x72, 0x73, 0x69, 0x6f, 0x6e, 0x02)
/** Then come 16 bytes of characteristics, and three numbers of 8 bytes: offset and size of the CAR within, and offset of the index. */
const HEADER_2 = 40

/** A CAR being read from its beginning to its end. */
export interface CarReader {
  readonly roots: readonly CID[]
  entries(): AsyncGenerator<CarEntry>
  close(): Promise<void>
}

/**
 * Opens a CAR of version 1, or of version 2 with or without index, and reads its header. Zeros behind the last block are passed over: CARs are padded to
 * the size of a piece.
 *
 * @throws RetrievalError `CAR_BROKEN`; `entries` too.
 */
export async function openCarReader(path: string, options: CarReaderOptions): Promise<CarReader> {
  const handle = await open(path, 'r')
  try {
    const capacity = Math.max(BUFFER, options.maxBlock + BUFFER)
    const window = new FileWindow(handle, path, (await handle.stat()).size, capacity)
    await enterVersion2(window)
    const { roots, end } = await readHeader(window)
    return { roots, entries: () => readEntries(window, end, options), close: () => handle.close() }
  } catch (error) {
    await handle.close()
    throw error
  }
}

/** Narrows the window to the CAR of version 1 within one of version 2. The index is not read: each block is, to be checked. */
async function enterVersion2(window: FileWindow): Promise<void> {
  const pragma = await window.at(0, PRAGMA_2.length)
  if (!equalBytes(pragma, PRAGMA_2)) return
  const header = await window.at(PRAGMA_2.length, HEADER_2)
  if (header.length < HEADER_2) throw window.broken(PRAGMA_2.length, 'it ends within the header of version 2')
  const offset = header.readBigUInt64LE(16)
  const end = offset + header.readBigUInt64LE(24)
  if (offset < PRAGMA_2.length + HEADER_2 || end > window.end || offset === end) {
    throw window.broken(PRAGMA_2.length, 'its header of version 2 names bytes that it does not have')
  }
  window.narrow(Number(offset), Number(end))
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
  const { start } = window
  const { value, size } = await readLength(window, start)
  if (value === 0 || value > MAX_HEADER) throw window.broken(start, 'it begins with no header')
  const bytes = await window.at(start + size, value)
  if (bytes.length < value) throw window.broken(start + size, 'it ends within the header')
  let header: unknown
  try {
    header = decode(Uint8Array.from(bytes))
  } catch (cause) {
    throw window.broken(start + size, 'its header cannot be read', cause)
  }
  return { roots: rootsIn(header, window), end: start + size + value }
}

function rootsIn(header: unknown, window: FileWindow): readonly CID[] {
  const { version, roots } = (typeof header === 'object' && header !== null ? header : {}) as Record<string, unknown>
  if (version !== 1) {
    const reason = typeof version === 'number' ? `it has version ${version}` : 'its header has no version'
    throw window.broken(window.start, reason)
  }
  const cids = Array.isArray(roots) ? roots.map((root) => CID.asCID(root)) : []
  if (!Array.isArray(roots) || cids.includes(null)) throw window.broken(window.start, 'its header has no roots')
  return cids.filter((cid) => cid !== null)
}

async function* readEntries(window: FileWindow, start: number, options: CarReaderOptions): AsyncGenerator<CarEntry> {
  for (let offset = start; offset < window.end; ) {
    const entry = await readEntry(window, offset, options)
    if (entry === undefined) return
    yield entry
    offset += entry.length
  }
}

async function readEntry(
  window: FileWindow,
  offset: number,
  { maxBlock, hashes }: CarReaderOptions,
): Promise<CarEntry | undefined> {
  const { value, size: prefix } = await readLength(window, offset)
  if (value === 0) return requirePadding(window, offset)
  if (value > maxBlock + MAX_CID) throw window.broken(offset, `a block has more than ${maxBlock} bytes`)
  const section = await window.at(offset, prefix + value)
  if (section.length < prefix + value) throw window.broken(offset, 'it ends within a block')
  const [cid, data] = split(window, offset, section.subarray(prefix))
  if (data.length > maxBlock) throw window.broken(offset, `a block has more than ${maxBlock} bytes`)
  const isKnown = isIdentity(cid) || hasKnownHash(cid)
  const hash = isIdentity(cid) ? asIs : hashes?.[cid.multihash.code]
  if (isKnown && hashes !== undefined && hash !== undefined && !equalBytes(hash(data), cid.multihash.digest)) {
    throw window.broken(offset, `the block ${cid} does not have the content that its CID says`)
  }
  return { cid, offset, length: section.length, size: data.length, isKnown }
}

const asIs = (bytes: Uint8Array): Uint8Array => bytes

/** Zeros to the end of the file are no blocks. */
async function requirePadding(window: FileWindow, start: number): Promise<undefined> {
  for (let offset = start; offset < window.end; ) {
    const bytes = await window.at(offset, BUFFER)
    if (bytes.length === 0 || bytes.some((byte) => byte !== 0)) throw window.broken(start, 'a block has no length')
    offset += bytes.length
  }
}

function split(window: FileWindow, offset: number, bytes: Uint8Array): readonly [CID, Uint8Array] {
  try {
    const [cid, data] = CID.decodeFirst(bytes)
    // The CID outlives the buffer.
    return [CID.decode(Uint8Array.from(cid.bytes)), data]
  } catch (cause) {
    throw window.broken(offset, 'a block has no CID', cause)
  }
}
