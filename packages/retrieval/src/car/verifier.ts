import { equalBytes } from '@sluice/protocol'
import { CID } from 'multiformats/cid'
import { type Hashes, SHA2_256, unsupported } from '../dag/cids.ts'
import { allUnder, type DagLimits, DagWalk, DEFAULT_DAG_LIMITS } from '../dag/dag-walk.ts'
import type { DagPart, DagQuery } from '../dag/path-walk.ts'
import { RetrievalError } from '../errors.ts'
import { BlockBuffers } from './block-buffers.ts'
import { carHeader, headerRoot, MAX_HEADER } from './car-format.ts'
import { decodeVarint, MAX_VARINT } from './varint.ts'

/** SHA-256 of the bytes. */
export type Sha256 = (bytes: Uint8Array) => Uint8Array

export interface VerifierOptions {
  readonly sha256: Sha256
  /** The other hashes that CIDs may have, by their codes in the table of multicodecs. Default: none. */
  readonly hashes?: Hashes
  /** Largest block taken, in bytes. Default 2 MiB. */
  readonly maxBlock?: number
  readonly limits?: DagLimits
  /** What of the DAG is wanted. Default: everything under the root. */
  readonly part?: DagPart
}

/** All of it: what pages load that want no part is small. */
const WHOLE_DAG: DagPart = {
  query: { path: [], scope: 'all' },
  begin: (root, limits) => ({ walk: new DagWalk(allUnder(root), { limits }), roots: [root] }),
}

/** Bytes of a CAR that are what they must be: its header (without a CID), or a block. Valid until the next call, unless copied. */
export interface VerifiedSection {
  /** As they stand in the CAR. */
  readonly bytes: Uint8Array
  /** The byte after them in the CAR. */
  readonly end: number
  readonly cid?: CID
  readonly data: Uint8Array
}

/** 2 MiB. */
export const DEFAULT_MAX_BLOCK = 2 << 20
const EMPTY = new Uint8Array(0)

interface Section {
  /** Undefined for the header. */
  readonly cid: CID | undefined
  /** All bytes that it will have. */
  readonly bytes: Uint8Array
  /** Whether they are the bytes given, not a copy. */
  readonly isView: boolean
  filled: number
  /** Where the CID and the data begin. */
  readonly prefix: number
  isChecked: boolean
}

/**
 * Checks a CAR as it comes, in pieces of any size: the header has the one root, and each block is the next one on the way down from it, in
 * depth-first order without repeats, with the content that its CID says. After an error nothing more is taken.
 *
 * @example
 * ```ts
 * const verifier = new CarVerifier(root, { sha256 })
 * for await (const piece of body) for (const { bytes } of verifier.write(piece)) await file.write(bytes)
 * verifier.end()
 * ```
 */
export class CarVerifier {
  readonly root: CID
  /** What under the root is wanted. */
  readonly query: DagQuery
  readonly #hashes: Hashes
  readonly #maxBlock: number
  readonly #walk: DagWalk
  /** Undefined where a path leads to the CAR's root: it is known at the end of the walk. */
  readonly #header: Uint8Array | undefined
  #headerRoot: CID | undefined
  /** The CIDs that the path has led to so far. */
  readonly #roots: readonly CID[]
  /** What comes next; undefined once all have come. */
  #expected: CID | undefined
  #section: Section | undefined
  /** A varint that is not yet whole. */
  #rest: Uint8Array = EMPTY
  readonly #buffers = new BlockBuffers()
  #verified = 0
  #blocks = 0
  #failure: RetrievalError | undefined

  constructor(root: CID, options: VerifierOptions) {
    const { sha256, hashes, maxBlock = DEFAULT_MAX_BLOCK, limits = DEFAULT_DAG_LIMITS, part = WHOLE_DAG } = options
    this.root = root
    this.query = part.query
    this.#hashes = { ...hashes, [SHA2_256]: sha256 }
    this.#maxBlock = maxBlock
    const { walk, roots } = part.begin(root, limits)
    this.#walk = walk
    this.#roots = roots
    this.#header = part.query.path.length === 0 ? carHeader(root) : undefined
    this.#expected = this.#walk.next()
  }

  /** Bytes of the CAR that are verified: the end of the last whole block. */
  get verifiedBytes(): number {
    return this.#verified
  }

  /** Blocks verified. */
  get blocks(): number {
    return this.#blocks
  }

  /** Whether the whole DAG has come. */
  get isDone(): boolean {
    return this.#verified > 0 && this.#expected === undefined
  }

  /** How many bytes after the verified ones must come before more can be verified; 0 where that is not known yet. */
  get needed(): number {
    return this.#section?.bytes.length ?? 0
  }

  /** What was wrong, once something was. */
  get failure(): RetrievalError | undefined {
    return this.#failure
  }

  /**
   * Takes the next bytes and answers what they make whole. Where sections before a fault are answered, the fault is in {@link failure} and
   * thrown by the next call.
   *
   * @throws RetrievalError what is wrong.
   */
  write(bytes: Uint8Array): VerifiedSection[] {
    if (this.#failure !== undefined) throw this.#failure
    const whole: VerifiedSection[] = []
    this.#buffers.takeBack(this.#section !== undefined)
    try {
      for (let at = 0; at < bytes.length; ) at = this.#take(bytes, at, whole)
    } catch (error) {
      if (!(error instanceof RetrievalError)) throw error
      this.#failure = error
      if (whole.length === 0) throw error
    }
    return whole
  }

  /**
   * Says that no more bytes come.
   *
   * @throws RetrievalError `CAR_TRUNCATED` unless the DAG is whole.
   */
  end(): void {
    if (this.#failure !== undefined) throw this.#failure
    if (this.isDone) return
    const offset = this.#verified + (this.#section?.filled ?? this.#rest.length)
    throw new RetrievalError('CAR_TRUNCATED', { offset, expected: String(this.#expected) })
  }

  /** Forgets bytes that are not verified, and what was wrong with them: the next ones are those at {@link verifiedBytes}. */
  rewind(): void {
    this.#failure = undefined
    this.#section = undefined
    this.#rest = EMPTY
  }

  #take(bytes: Uint8Array, at: number, whole: VerifiedSection[]): number {
    if (this.isDone) throw new RetrievalError('CAR_TRAILING', { offset: this.#verified })
    if (this.#section === undefined) return this.#begin(bytes, at)
    return this.#fill(this.#section, bytes, at, whole)
  }

  /** Reads the length of the next section. Answers where to go on. */
  #begin(bytes: Uint8Array, at: number): number {
    if (this.#verified === 0 && this.#header !== undefined) {
      const size = this.#header.length
      this.#section = {
        cid: undefined,
        bytes: new Uint8Array(size),
        isView: false,
        filled: 0,
        prefix: size,
        isChecked: true,
      }
      return at
    }
    const before = this.#rest.length
    const head = new Uint8Array(Math.min(MAX_VARINT, before + bytes.length - at))
    head.set(this.#rest)
    head.set(bytes.subarray(at, at + head.length - before), before)
    const varint = decodeVarint(head, 0)
    if (varint === 'invalid') throw new RetrievalError('BLOCK_LENGTH', { offset: this.#verified })
    if (varint === undefined) {
      this.#rest = head
      return bytes.length
    }
    this.#rest = EMPTY
    if (this.#verified === 0) this.#checkHeaderLength(varint.value)
    else this.#checkLength(varint.value)
    const start = at - before
    const end = start + varint.size + varint.value
    // A section that is there as a whole needs no copy.
    const isView = start >= 0 && end <= bytes.length
    const section = isView ? bytes.subarray(start, end) : this.#buffers.lend(varint.size + varint.value)
    if (!isView) section.set(head.subarray(0, varint.size))
    const { size } = varint
    const cid = this.#verified === 0 ? undefined : this.#expected
    this.#section = { cid, bytes: section, isView, filled: size, prefix: size, isChecked: false }
    return start + varint.size
  }

  #checkLength(length: number): void {
    const cid = this.#expected
    const size = length - (cid?.bytes.length ?? 0)
    if (size < 0) throw new RetrievalError('BLOCK_LENGTH', { offset: this.#verified })
    if (size > this.#maxBlock) throw new RetrievalError('BLOCK_OVERSIZE', { size, max: this.#maxBlock })
  }

  #fill(section: Section, bytes: Uint8Array, at: number, whole: VerifiedSection[]): number {
    const end = Math.min(bytes.length, at + section.bytes.length - section.filled)
    if (!section.isView) section.bytes.set(bytes.subarray(at, end), section.filled)
    section.filled += end - at
    if (section.cid === undefined) this.#checkHeader(section)
    else this.#checkCid(section, section.cid)
    if (section.filled === section.bytes.length) whole.push(this.#finish(section))
    return end
  }

  #checkHeaderLength(length: number): void {
    if (length > MAX_HEADER) throw this.#unexpectedHeader()
  }

  #unexpectedHeader(): RetrievalError {
    return new RetrievalError('HEADER_UNEXPECTED', { root: this.root.toString() })
  }

  #checkHeader({ bytes, filled }: Section): void {
    if (this.#header === undefined) {
      if (filled < bytes.length) return
      this.#headerRoot = headerRoot(bytes)
      if (this.#headerRoot === undefined) throw this.#unexpectedHeader()
      return
    }
    if (equalBytes(bytes.subarray(0, filled), this.#header.subarray(0, filled))) return
    throw this.#unexpectedHeader()
  }

  /** As soon as the CID is there: a block that nobody asked for is not read to its end. */
  #checkCid(section: Section, cid: CID): void {
    const { prefix, bytes, filled } = section
    const end = prefix + cid.bytes.length
    if (section.isChecked || filled < end) return
    section.isChecked = true
    if (equalBytes(bytes.subarray(prefix, end), cid.bytes)) return
    const got = nameOf(bytes.subarray(prefix, end))
    throw new RetrievalError('BLOCK_UNEXPECTED', { got, offset: this.#verified, expected: cid.toString() })
  }

  /** The root of the header is what the path led to. */
  #checkRoot(): void {
    const led = this.#roots.at(-1)
    if (this.#headerRoot !== undefined && led?.equals(this.#headerRoot) !== true) throw this.#unexpectedHeader()
  }

  #digest(cid: CID, data: Uint8Array): Uint8Array {
    const hash = this.#hashes[cid.multihash.code]
    if (hash === undefined) throw unsupported(cid, 'hash', cid.multihash.code)
    return hash(data)
  }

  #finish({ cid, bytes, prefix }: Section): VerifiedSection {
    const data = cid === undefined ? EMPTY : bytes.subarray(prefix + cid.bytes.length)
    if (cid !== undefined) {
      if (!equalBytes(this.#digest(cid, data), cid.multihash.digest)) {
        throw new RetrievalError('BLOCK_CORRUPT', { cid: cid.toString(), offset: this.#verified })
      }
      this.#walk.enter(cid, data)
      this.#blocks += 1
    }
    // The block behind the root was expected before the header came.
    if (cid !== undefined) this.#expected = this.#walk.next()
    if (this.#expected === undefined) this.#checkRoot()
    this.#verified += bytes.length
    this.#section = undefined
    return { bytes, end: this.#verified, data, ...(cid === undefined ? {} : { cid }) }
  }
}

function nameOf(bytes: Uint8Array): string {
  try {
    return CID.decodeFirst(bytes)[0].toString()
  } catch {
    return 'of no CID'
  }
}
