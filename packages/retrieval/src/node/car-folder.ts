import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { CID } from 'multiformats/cid'
import type { CarContent, CarSource } from '../car/car-source.ts'
import { DEFAULT_MAX_BLOCK } from '../car/verifier.ts'
import { cidKey, isIdentity, isSupported, RAW } from '../dag/cids.ts'
import { type DagLimits, DEFAULT_DAG_LIMITS, DepthFirst } from '../dag/depth-first.ts'
import { RetrievalError } from '../errors.ts'
import { openCarReader } from './car-reader.ts'
import { OpenFiles } from './open-files.ts'
import { type CarPlan, CarPlanner } from './plans/car-plan.ts'
import { PlanCache } from './plans/plan-cache.ts'
import { readExactly, readPlan } from './plans/read-plan.ts'
import { sha256 } from './sha256.ts'

export interface CarFolderOptions {
  /** Largest block taken, in bytes. Default 2 MiB. */
  readonly maxBlock?: number
  readonly limits?: DagLimits
  /** Checks every block's content at the start. Default true; false for content that was checked before. */
  readonly verify?: boolean
}

/** A CAR of the folder. */
export interface CarFile {
  readonly path: string
  readonly roots: readonly CID[]
  readonly blocks: number
  readonly bytes: number
}

interface Location {
  readonly path: string
  readonly offset: number
  readonly length: number
  /** Bytes of the block, at the end of the section. */
  readonly size: number
}

const MAX_OPEN = 64
const MAX_PLANNED = 1 << 20

/**
 * The CARs of a folder, indexed by their blocks. What is served are the DAGs under the roots that the files name, and no DAG within them: whoever could ask for
 * each block as a root of its own would get each within the free window. Their files must not change while it is open.
 */
export class CarFolder implements CarSource {
  readonly path: string
  readonly #options: CarFolderOptions
  readonly #index = new Map<string, Location>()
  readonly #files = new OpenFiles(MAX_OPEN)
  readonly #plans = new PlanCache(MAX_PLANNED)
  readonly #cars: CarFile[] = []
  readonly #roots = new Set<string>()
  #step = 0

  private constructor(path: string, options: CarFolderOptions) {
    this.path = path
    this.#options = options
  }

  /**
   * Indexes all `*.car` files of a folder and checks that each is whole, and the DAG under each of its roots too.
   *
   * @throws RetrievalError `FOLDER_UNREADABLE`, `CAR_BROKEN`, `CAR_INCOMPLETE`.
   */
  static async open(path: string, options: CarFolderOptions = {}): Promise<CarFolder> {
    const folder = new CarFolder(path, options)
    const names = await readdir(path).catch((cause: unknown) => {
      throw new RetrievalError('FOLDER_UNREADABLE', { path }, cause)
    })
    for (const name of names.filter((name) => name.endsWith('.car')).sort()) await folder.#add(join(path, name))
    try {
      for (const car of folder.#cars) await folder.#checkRoots(car)
      return folder
    } catch (error) {
      await folder.close()
      throw error
    }
  }

  /** The files, by name. */
  get cars(): readonly CarFile[] {
    return this.#cars
  }

  /** Different blocks. */
  get blocks(): number {
    return this.#index.size
  }

  /** Bytes of the longest section: the least window that everything here can be paid for by. */
  get step(): number {
    return this.#step
  }

  async find(root: CID): Promise<CarContent> {
    if (!this.#roots.has(cidKey(root))) throw new RetrievalError('ROOT_UNKNOWN', { root: root.toString() })
    const plan = await this.#plans.get(cidKey(root), () => this.#plan(root))
    const { length, blocks, step } = plan
    return { root, length, blocks, step, read: (start, end) => readPlan(this.#files, plan, start, end) }
  }

  /** Closes all files. */
  async close(): Promise<void> {
    await this.#files.close()
    this.#plans.clear()
  }

  async #add(path: string): Promise<void> {
    const { maxBlock = DEFAULT_MAX_BLOCK, verify = true } = this.#options
    const reader = await openCarReader(path, { maxBlock, sha256: verify ? sha256 : undefined })
    let blocks = 0
    let bytes = 0
    try {
      for await (const { cid, offset, length, size } of reader.entries()) {
        blocks += 1
        bytes += length
        this.#step = Math.max(this.#step, length)
        const key = cidKey(cid)
        if (!isIdentity(cid) && !this.#index.has(key)) this.#index.set(key, { path, offset, length, size })
      }
    } finally {
      await reader.close()
    }
    this.#cars.push({ path, roots: reader.roots, blocks, bytes })
  }

  async #checkRoots({ path, roots }: CarFile): Promise<void> {
    for (const root of roots) {
      requireServable(root, path)
      this.#roots.add(cidKey(root))
      const plan = await this.find(root).catch((error: unknown) => {
        if (!(error instanceof RetrievalError) || error.code !== 'BLOCK_MISSING') throw error
        throw new RetrievalError('CAR_INCOMPLETE', { path, root: root.toString(), missing: error.details.cid }, error)
      })
      this.#step = Math.max(this.#step, plan.step)
    }
  }

  async #plan(root: CID): Promise<CarPlan> {
    const walk = new DepthFirst(root, this.#options.limits ?? DEFAULT_DAG_LIMITS)
    const planner = new CarPlanner(root)
    for (let cid = walk.next(); cid !== undefined; cid = walk.next()) {
      const at = this.#index.get(cidKey(cid))
      if (at === undefined) throw new RetrievalError('BLOCK_MISSING', { cid: cid.toString(), root: root.toString() })
      planner.add(at.path, at.offset, at.length)
      if (cid.code !== RAW) walk.enter(cid, await this.#block(at))
    }
    return planner.finish()
  }

  #block({ path, offset, length, size }: Location): Promise<Uint8Array> {
    return readExactly(this.#files, { path, offset: offset + length - size, length: size })
  }
}

function requireServable(root: CID, path: string): void {
  if (isSupported(root) && !isIdentity(root)) return
  throw new RetrievalError('CAR_BROKEN', {
    path,
    reason: `its root ${root} is of a kind that is not supported`,
    offset: 0,
  })
}
