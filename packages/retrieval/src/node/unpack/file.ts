import type { FileHandle } from 'node:fs/promises'
import type { CID } from 'multiformats/cid'
import { CODEC_NAMES, DAG_PB, RAW, requireSupported } from '../../dag/cids.ts'
import { readUnixFs, sizeOf } from '../../dag/entity.ts'
import { type EntityBytes, type Span, spanIn } from '../../dag/entity-bytes.ts'
import { copyOf } from '../../dag/links.ts'
import { RetrievalError } from '../../errors.ts'

/** Bytes that may be written in all, and those that were. */
export interface Budget {
  readonly max: number
  written: number
}

/** A file in blocks. */
export interface FileSource {
  readonly cid: CID
  readonly block: Uint8Array
  readonly read: (cid: CID) => Promise<Uint8Array>
  readonly budget: Budget
  /** What of it is wanted; undefined for all. */
  readonly bytes: EntityBytes | undefined
}

interface Node {
  /** Bytes of the file that stand in the node itself. */
  readonly data: Uint8Array
  readonly links: readonly CID[]
  /** Bytes below each link, where the node says them all. */
  readonly sizes: readonly number[] | undefined
  /** Bytes of the file in the node and below it, as it says. */
  readonly size: number | undefined
}

const MAX_DEPTH = 64
const WHOLE: Span = { start: 0, end: Number.POSITIVE_INFINITY }

/**
 * Writes a file, or the bytes of it that are wanted.
 *
 * @throws RetrievalError `NOT_A_FILE`, `FILE_TOO_LARGE`, `FILE_SIZE`, `RANGE_OUTSIDE`, and what `read` throws.
 */
export async function writeFile(target: FileHandle, source: FileSource): Promise<void> {
  const { cid, block, bytes } = source
  const node = nodeOf(cid, block)
  const span = bytes === undefined ? WHOLE : spanIn(bytes, node.size ?? node.data.length)
  await new FileWriter(target, source, span).write(cid, node, 0, 0)
}

class FileWriter {
  readonly #target: FileHandle
  readonly #source: FileSource
  readonly #span: Span

  constructor(target: FileHandle, source: FileSource, span: Span) {
    this.#target = target
    this.#source = source
    this.#span = span
  }

  /** Writes what is wanted of a node whose bytes begin at `start`. Answers where they end. */
  async write(cid: CID, node: Node, start: number, depth: number): Promise<number> {
    if (depth > MAX_DEPTH) {
      throw new RetrievalError('NOT_A_FILE', { cid: String(this.#source.cid), found: 'a tree without end' })
    }
    const { data, links, size, sizes } = node
    if (this.#span === WHOLE && size !== undefined) this.#require(size)
    await this.#append(data, start)
    let at = start + data.length
    for (const [i, link] of links.entries()) {
      const end = sizes === undefined ? undefined : at + (sizes[i] ?? 0)
      at = this.#isOutside(at, end) ? (end ?? at) : await this.write(link, await this.#read(link), at, depth + 1)
      if (end !== undefined && at !== end) throw wrongSize(link, sizes?.[i] ?? 0, at - end + (sizes?.[i] ?? 0))
    }
    if (size !== undefined && at - start !== size) throw wrongSize(cid, size, at - start)
    return at
  }

  async #read(link: CID): Promise<Node> {
    return nodeOf(link, await this.#source.read(link))
  }

  /** Without the size of what is below a link it has to be read to know. */
  #isOutside(at: number, end: number | undefined): boolean {
    if (this.#span === WHOLE) return false
    return end !== undefined && (end <= this.#span.start || at >= this.#span.end)
  }

  async #append(data: Uint8Array, start: number): Promise<void> {
    const { start: from, end } = this.#span
    const wanted = data.subarray(Math.max(0, from - start), Math.max(0, end - start))
    if (wanted.length === 0) return
    this.#require(wanted.length)
    await this.#target.appendFile(wanted)
    this.#source.budget.written += wanted.length
  }

  #require(more: number): void {
    const { max, written } = this.#source.budget
    if (written + more > max) throw new RetrievalError('FILE_TOO_LARGE', { size: written + more, max })
  }
}

const wrongSize = (cid: CID, expected: number, got: number): RetrievalError =>
  new RetrievalError('FILE_SIZE', { cid: String(cid), expected, got })

function nodeOf(cid: CID, bytes: Uint8Array): Node {
  if (cid.code === RAW) return { data: bytes, links: [], sizes: undefined, size: undefined }
  if (cid.code !== DAG_PB) {
    throw new RetrievalError('NOT_A_FILE', { cid: String(cid), found: `a block of ${CODEC_NAMES.get(cid.code)}` })
  }
  const { links: found, node } = readUnixFs(cid, bytes)
  if (node === undefined) throw new RetrievalError('BLOCK_UNREADABLE', { cid: String(cid), codec: 'UnixFS' })
  if (node.type !== 'file' && node.type !== 'raw') {
    throw new RetrievalError('NOT_A_FILE', { cid: String(cid), found: `a ${node.type}` })
  }
  const links = found.map(({ Hash }) => requireSupported(copyOf(Hash)))
  const sizes = node.blockSizes.length === links.length ? node.blockSizes : undefined
  const isSaid = node.fileSize !== undefined || sizes !== undefined
  return { data: node.data, links, sizes, size: isSaid ? sizeOf(node) : undefined }
}
