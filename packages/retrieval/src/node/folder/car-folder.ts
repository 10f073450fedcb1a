import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { CID } from 'multiformats/cid'
import { RAW } from '../../dag/cids.ts'
import { RetrievalError } from '../../errors.ts'
import type { BlockContent, CarContent, CarWanted, Content, RecordContent } from '../../gateway/content.ts'
import { OpenFiles, stampOf } from '../open-files.ts'
import { type CarPlan, CarPlanner, type Place, type Run } from '../plans/car-plan.ts'
import { PlanCache } from '../plans/plan-cache.ts'
import { readExactly, readPlan, readRun } from '../plans/read-plan.ts'
import { BlockIndex, type IndexedFile } from './block-index.ts'
import { type FileToIndex, type IndexOptions, indexCar, madeBy } from './index-car.ts'
import { IpnsRecords, RECORD_FILE } from './ipns-records.ts'

export interface CarFolderOptions extends IndexOptions {
  /** File that the index is kept in. A start then reads only what is new or has changed, told by size and time of change. Default: in memory. */
  readonly index?: string
  /** Called with what becomes of each file that is not as it was when the folder was looked at before. */
  readonly onChange?: (change: FolderChange) => void
}

/** A CAR of the folder. */
export interface CarFile {
  readonly path: string
  readonly roots: readonly string[]
  readonly blocks: number
  /** Bytes of the sections. */
  readonly bytes: number
  /** Blocks that are not served, for their hash is not known. */
  readonly unknown: number
}

/** What became of a file. */
export type FolderChange =
  | { readonly type: 'indexed'; readonly file: CarFile }
  | { readonly type: 'left out'; readonly path: string; readonly problem: string }
  | { readonly type: 'removed'; readonly path: string }

const MAX_OPEN = 64
const MAX_PLANNED = 1 << 20
const PLANS_AT_ONCE = 4
/** Blocks looked up before other work gets its turn. */
const TURN = 1024

/**
 * The CARs of a folder. Any block of any of them is served by its CID, and any DAG whose blocks are there, in whichever of the files. A file that is broken is left out,
 * and the others are served. Records of IPNS names are served from files that are named for them: `<name>.ipns-record`.
 *
 * @example `const folder = await CarFolder.open('cars', { index: 'data/blocks.sqlite' })`
 */
export class CarFolder implements Content {
  readonly path: string
  readonly #options: CarFolderOptions
  readonly #index: BlockIndex
  readonly #files = new OpenFiles(MAX_OPEN)
  readonly #plans = new PlanCache(MAX_PLANNED, PLANS_AT_ONCE)
  /** By name. */
  readonly #known = new Map<string, IndexedFile>()
  /** What files that are to be read were like when the folder was looked at last, by name. */
  #unsettled = new Map<string, string>()
  readonly #records: IpnsRecords
  #refreshing: Promise<unknown> = Promise.resolve()
  readonly #closing = new AbortController()

  private constructor(path: string, options: CarFolderOptions) {
    this.path = path
    this.#options = options
    this.#records = new IpnsRecords((path, problem) => options.onChange?.({ type: 'left out', path, problem }))
    this.#index = BlockIndex.open(options.index, madeBy(options))
  }

  /**
   * Opens a folder: its files named `*.car` that the index does not know are read, and each block is checked.
   *
   * @throws RetrievalError `FOLDER_UNREADABLE`.
   */
  static async open(path: string, options: CarFolderOptions = {}): Promise<CarFolder> {
    const folder = new CarFolder(path, options)
    try {
      await folder.#recall()
      await folder.#look(false)
      return folder
    } catch (error) {
      await folder.close()
      throw error
    }
  }

  /** The files that are served, by name. */
  get cars(): readonly CarFile[] {
    return this.#sorted()
      .filter(({ problem }) => problem === undefined)
      .map((file) => this.#carFile(file))
  }

  /** The files that are not, and why. */
  get leftOut(): readonly { readonly path: string; readonly problem: string }[] {
    return this.#sorted().flatMap(({ name, problem }) =>
      problem === undefined ? [] : [{ path: join(this.path, name), problem }],
    )
  }

  /** Blocks in all files. */
  get blocks(): number {
    return this.cars.reduce((sum, { blocks, unknown }) => sum + blocks - unknown, 0)
  }

  /** Bytes of the longest section: the least window that everything here can be paid for by. */
  get step(): number {
    return Math.max(0, ...[...this.#known.values()].map(({ step }) => step))
  }

  /**
   * Looks for files that are new, changed or gone, and reads the new and the changed ones: those that were the same when it was called before, for others may still be
   * written to.
   *
   * @returns How many files wait for that.
   * @throws RetrievalError `FOLDER_UNREADABLE`.
   */
  refresh(): Promise<{ readonly unsettled: number }> {
    const work = this.#refreshing.then(() => this.#look(true))
    this.#refreshing = work.catch(() => undefined)
    return work
  }

  async block(cid: CID): Promise<BlockContent | undefined> {
    const place = this.#index.find(cid)
    if (place === undefined) return undefined
    const { file, offset } = runOf(place)
    return {
      size: place.size,
      read: (start, end) => readRun(this.#files, { file, offset: offset + start, length: end - start }),
    }
  }

  async car({ key, begin }: CarWanted): Promise<CarContent> {
    const plan = await this.#plans.get(key, () => this.#plan(begin))
    const { roots, length, blocks, step } = plan
    return { roots, length, blocks, step, read: (start, end) => readPlan(this.#files, plan, start, end) }
  }

  async record(name: Uint8Array): Promise<RecordContent | undefined> {
    return this.#records.find(name, Date.now())
  }

  /** Ends what is being read in, and closes all files. */
  async close(): Promise<void> {
    this.#closing.abort()
    await this.#refreshing
    await this.#files.close()
    this.#plans.clear()
    this.#index.close()
  }

  #sorted(): readonly IndexedFile[] {
    return [...this.#known.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  #carFile({ name, roots, blocks, bytes, unknown }: IndexedFile): CarFile {
    return { path: join(this.path, name), roots, blocks, bytes, unknown }
  }

  async #recall(): Promise<void> {
    for (const id of this.#index.unfinished()) await this.#index.remove(id)
    for (const file of this.#index.files()) this.#take(file)
  }

  #take(file: IndexedFile): void {
    this.#known.set(file.name, file)
    if (file.problem === undefined) this.#index.show(file.id, { path: join(this.path, file.name), stamp: file.stamp })
  }

  async #look(onlySettled: boolean): Promise<{ readonly unsettled: number }> {
    const names = await this.#list()
    const found = await this.#stats(names.filter((name) => name.endsWith('.car')))
    await this.#records.look([...(await this.#stats(names.filter((name) => RECORD_FILE.test(name)))).values()])
    for (const name of [...this.#known.keys()].filter((name) => !found.has(name))) await this.#drop(name, true)
    const unsettled = new Map<string, string>()
    for (const file of found.values()) {
      this.#closing.signal.throwIfAborted()
      if (this.#known.get(file.name)?.stamp === file.stamp) continue
      const isSettled = !onlySettled || this.#unsettled.get(file.name) === file.stamp
      if (isSettled) await this.#read(file)
      else unsettled.set(file.name, file.stamp)
    }
    this.#unsettled = unsettled
    return { unsettled: unsettled.size }
  }

  async #list(): Promise<readonly string[]> {
    const names = await readdir(this.path).catch((cause: unknown) => {
      throw new RetrievalError('FOLDER_UNREADABLE', { path: this.path }, cause)
    })
    return names.sort()
  }

  async #stats(names: readonly string[]): Promise<ReadonlyMap<string, FileToIndex>> {
    const files = await Promise.all(names.map((name) => this.#stat(name)))
    return new Map(files.filter((file) => file !== undefined).map((file) => [file.name, file]))
  }

  async #stat(name: string): Promise<FileToIndex | undefined> {
    const path = join(this.path, name)
    const stats = await stat(path, { bigint: true }).catch(() => undefined)
    return stats?.isFile() === true ? { name, path, stamp: stampOf(stats) } : undefined
  }

  async #drop(name: string, isGone: boolean): Promise<void> {
    const file = this.#known.get(name)
    if (file === undefined) return
    this.#known.delete(name)
    this.#plans.clear()
    await this.#index.remove(file.id)
    if (isGone) this.#options.onChange?.({ type: 'removed', path: join(this.path, name) })
  }

  async #read(file: FileToIndex): Promise<void> {
    await this.#drop(file.name, false)
    const indexed = await indexCar(this.#index, file, { ...this.#options, signal: this.#closing.signal })
    this.#take(indexed)
    this.#plans.clear()
    const { problem } = indexed
    this.#options.onChange?.(
      problem === undefined
        ? { type: 'indexed', file: this.#carFile(indexed) }
        : { type: 'left out', path: file.path, problem },
    )
  }

  async #plan(begin: CarWanted['begin']): Promise<CarPlan> {
    const { walk, roots } = begin()
    const planner = new CarPlanner()
    let count = 0
    for (let cid = walk.next(); cid !== undefined; cid = walk.next()) {
      const place = this.#index.find(cid)
      if (place === undefined)
        throw new RetrievalError('BLOCK_MISSING', { cid: cid.toString(), root: String(roots[0]) })
      planner.add(cid, place)
      if (cid.code !== RAW) walk.enter(cid, await readExactly(this.#files, runOf(place)))
      else if (++count % TURN === 0) await setImmediate()
    }
    return planner.finish(roots)
  }
}

/** The bytes of a block. */
function runOf({ file, offset, head, size }: Place): Run {
  return { file, offset: offset + head, length: size }
}
