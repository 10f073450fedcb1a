import type { CID } from 'multiformats/cid'
import { RetrievalError } from '../errors.ts'
import { cidKey, isIdentity } from './cids.ts'
import { linksOf } from './links.ts'

/** Bounds on what walking a DAG may keep in memory. */
export interface DagLimits {
  /** Different blocks. */
  readonly blocks: number
  /** Links seen and not yet followed. */
  readonly pending: number
  /** Blocks on the way from the root. */
  readonly depth: number
}

export const DEFAULT_DAG_LIMITS: DagLimits = { blocks: 1 << 22, pending: 1 << 18, depth: 1 << 12 }

interface Frame {
  readonly links: readonly CID[]
  next: number
}

/**
 * The order of a CAR with order=dfs and dups=n: a block, then everything under its first link, and so on; each block once.
 * Server and client walk by this one class. Blocks that stand in their CIDs are walked and not counted.
 */
export class DepthFirst {
  readonly #limits: DagLimits
  readonly #frames: Frame[]
  readonly #seen = new Set<string>()
  #pending = 1

  constructor(root: CID, limits: DagLimits = DEFAULT_DAG_LIMITS) {
    this.#limits = limits
    this.#frames = [{ links: [root], next: 0 }]
  }

  /** How many different blocks were come across. */
  get blocks(): number {
    return this.#seen.size
  }

  /**
   * The CID whose block comes next, or undefined when all have come. Its block is then given to {@link enter}.
   *
   * @throws RetrievalError `DAG_LIMIT`, and those of {@link linksOf} for blocks that stand in their CIDs.
   */
  next(): CID | undefined {
    for (;;) {
      const frame = this.#frames.at(-1)
      if (frame === undefined) return undefined
      const cid = frame.links[frame.next]
      if (cid === undefined) {
        this.#frames.pop()
        continue
      }
      frame.next += 1
      this.#pending -= 1
      if (this.#isNew(cid)) {
        if (!isIdentity(cid)) return cid
        this.enter(cid, cid.multihash.digest)
      }
    }
  }

  #isNew(cid: CID): boolean {
    const before = this.#seen.size
    this.#seen.add(cidKey(cid))
    if (this.#seen.size > this.#limits.blocks) throw limit(this.#limits.blocks, 'blocks')
    return this.#seen.size > before
  }

  /**
   * Takes the block of the CID that came last.
   *
   * @throws RetrievalError `DAG_LIMIT`, and those of {@link linksOf}.
   */
  enter(cid: CID, bytes: Uint8Array): void {
    const links = linksOf(cid, bytes)
    if (links.length === 0) return
    this.#pending += links.length
    if (this.#pending > this.#limits.pending) throw limit(this.#limits.pending, 'links waiting')
    this.#frames.push({ links, next: 0 })
    if (this.#frames.length > this.#limits.depth) throw limit(this.#limits.depth, 'levels')
  }
}

function limit(max: number, what: string): RetrievalError {
  return new RetrievalError('DAG_LIMIT', { max, what })
}
