import type { Store, Write } from '../ports/store.ts'
import type { Scheduler } from './scheduler.ts'

/** What becomes of a commit: done, or the power fails just before it or just after it was done (nothing answers any more), or the disk is full, for good or until space is made. */
export type CommitFate = 'done' | 'killBefore' | 'killAfter' | 'full' | 'fullForNow'

/** A simulated disk that outlives the engines that open it. A commit is all or nothing and takes simulated time. */
export class Disk {
  readonly #records = new Map<string, Uint8Array>()
  readonly #scheduler: Scheduler
  #isUndone = false
  #owner: object | undefined
  /** Commits done so far. */
  commits = 0
  /** Entries written or removed so far. */
  written = 0
  /** Commits asked for so far, whatever became of them. */
  attempts = 0
  /** Asked before each commit, with its number. */
  fate: (attempt: number) => CommitFate = () => 'done'
  /** Told when the power fails. */
  onKill: () => void = () => {}

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler
  }

  /** How many records there are. */
  get size(): number {
    return this.#records.size
  }

  /** What it holds now, to be put back by `restore`. */
  snapshot(): ReadonlyMap<string, Uint8Array> {
    return new Map(this.#records)
  }

  /** Puts an earlier snapshot back, as somebody does who restores an old copy. */
  restore(snapshot: ReadonlyMap<string, Uint8Array>): void {
    this.#records.clear()
    for (const [key, value] of snapshot) this.#records.set(key, value)
  }

  /** Opens it for a new owner; what an earlier owner still tries comes to nothing. */
  open(): Store {
    const owner = {}
    this.#owner = owner
    const isOwner = () => this.#owner === owner
    const records = this.#records
    let isClosed = false
    return {
      async *load() {
        yield* [...records]
      },
      commit: async (writes) => {
        if (isClosed) throw new Error('the simulated disk is closed')
        await this.#commit(writes, isOwner)
      },
      recover: async () => {
        if (!this.#isUndone) throw new Error('it is not known what the simulated disk holds')
      },
      close: async () => {
        isClosed = true
        if (isOwner()) this.#owner = undefined
      },
    }
  }

  #commit(writes: readonly Write[], isOwner: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#scheduler.after(1, () => {
        if (!isOwner()) return
        this.attempts += 1
        const fate = this.fate(this.attempts)
        if (fate === 'full' || fate === 'fullForNow') {
          this.#isUndone = fate === 'fullForNow'
          reject(new Error('no space left on the simulated disk'))
          return
        }
        if (fate !== 'killBefore') this.#apply(writes)
        if (fate === 'done') resolve()
        else this.#kill()
      })
    })
  }

  #apply(writes: readonly Write[]): void {
    this.commits += 1
    this.written += writes.length
    for (const { key, value } of writes) {
      if (value === undefined) this.#records.delete(key)
      else this.#records.set(key, value.slice())
    }
  }

  #kill(): void {
    this.#owner = undefined
    this.onKill()
  }
}
