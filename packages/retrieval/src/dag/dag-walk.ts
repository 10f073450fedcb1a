import type { CID } from 'multiformats/cid'
import { RetrievalError } from '../errors.ts'
import { cidKey, isIdentity } from './cids.ts'
import { linksOf } from './links.ts'

/** Bounds on what walking a DAG may keep in memory, and on how long it may go on. */
export interface DagLimits {
  /** Different blocks. */
  readonly blocks: number
  /** Times that a block comes again, where each is sent again. */
  readonly repeats: number
  /** Links seen and not yet followed. */
  readonly pending: number
  /** Blocks on the way from the root. */
  readonly depth: number
}

export const DEFAULT_DAG_LIMITS: DagLimits = { blocks: 1 << 22, repeats: 1 << 16, pending: 1 << 18, depth: 1 << 12 }

/** Blocks to visit one after another, each with what lies below it. */
export interface Below {
  readonly links: readonly CID[]
  /** What to visit below a block of `links`, given its bytes; undefined for nothing. */
  readonly expand: (cid: CID, bytes: Uint8Array, index: number) => Below | undefined
  /** Whether only a part of what is below a block is visited: then more of it may be when it comes again. Default: no. */
  readonly isPart?: (index: number) => boolean
}

/** Everything under a root. */
export const allUnder = (root: CID): Below => ({ links: [root], expand: expandAll })

/** Everything under a block. */
export function expandAll(cid: CID, bytes: Uint8Array): Below {
  return { links: linksOf(cid, bytes), expand: expandAll }
}

export interface WalkOptions {
  readonly limits?: DagLimits
  /** Whether a block that comes again is sent again (dups=y). Default false. */
  readonly dups?: boolean
}

interface Frame extends Below {
  next: number
}

/**
 * The order of a CAR with order=dfs: a block, then everything under its first link, and so on; each block once, or each time it comes.
 * Server and client walk by this one class. Blocks that stand in their CIDs are walked and not counted.
 */
export class DagWalk {
  readonly #limits: DagLimits
  readonly #dups: boolean
  readonly #frames: Frame[]
  readonly #seen = new Set<string>()
  /** Blocks of which only a part was visited: without their bytes the rest could not be when they come again. At most two a level. */
  readonly #parts = new Map<string, Uint8Array>()
  #current: { readonly frame: Frame; readonly index: number } | undefined
  #pending: number
  #repeats = 0

  constructor(start: Below, { limits = DEFAULT_DAG_LIMITS, dups = false }: WalkOptions = {}) {
    this.#limits = limits
    this.#dups = dups
    this.#frames = [{ ...start, next: 0 }]
    this.#pending = start.links.length
  }

  /**
   * The CID whose block comes next, or undefined when all have come. Its block is then given to {@link enter}; one of raw bytes need not be.
   *
   * @throws RetrievalError `DAG_LIMIT`, and those of {@link Below.expand} for blocks that stand in their CIDs.
   */
  next(): CID | undefined {
    for (;;) {
      const frame = this.#frames.at(-1)
      if (frame === undefined) return undefined
      const index = frame.next
      const cid = frame.links[index]
      if (cid === undefined) {
        this.#frames.pop()
        continue
      }
      frame.next += 1
      this.#pending -= 1
      this.#current = { frame, index }
      if (!this.#isNew(cid)) this.#reenter(cid)
      else if (isIdentity(cid)) this.enter(cid, cid.multihash.digest)
      else return cid
    }
  }

  /** Whether the block is to be sent: those that came before are sent again with dups=y alone. */
  #isNew(cid: CID): boolean {
    const { blocks, repeats } = this.#limits
    const before = this.#seen.size
    this.#seen.add(cidKey(cid))
    if (this.#seen.size > blocks) throw limit(blocks, 'blocks')
    if (this.#seen.size > before) return true
    this.#repeats += 1
    if (this.#dups && this.#repeats > repeats) throw limit(repeats, 'blocks that come again')
    return this.#dups
  }

  /** What came before in part is walked through again for the rest. */
  #reenter(cid: CID): void {
    const bytes = this.#parts.get(cidKey(cid))
    if (bytes !== undefined) this.enter(cid, bytes)
  }

  /**
   * Takes the block of the CID that came last.
   *
   * @throws RetrievalError `DAG_LIMIT`, and those of {@link Below.expand}.
   */
  enter(cid: CID, bytes: Uint8Array): void {
    const current = this.#current
    if (current === undefined) return
    this.#current = undefined
    const { frame, index } = current
    if (!this.#dups && frame.isPart?.(index) === true) this.#parts.set(cidKey(cid), Uint8Array.from(bytes))
    const below = frame.expand(cid, bytes, index)
    if (below === undefined || below.links.length === 0) return
    this.#pending += below.links.length
    if (this.#pending > this.#limits.pending) throw limit(this.#limits.pending, 'links waiting')
    this.#frames.push({ ...below, next: 0 })
    if (this.#frames.length > this.#limits.depth) throw limit(this.#limits.depth, 'levels')
  }
}

function limit(max: number, what: string): RetrievalError {
  return new RetrievalError('DAG_LIMIT', { max, what })
}
