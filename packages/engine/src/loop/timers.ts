import type { Clock } from '../ports/clock.ts'

interface Due {
  readonly at: number
  readonly key: string
}

/** Longest single wait, so that no surrounding's timer overflows. Milliseconds. */
const LONGEST_WAIT = 24 * 3600 * 1000

/** One due time a key, set from records, so that nothing about time needs storing. Calls back with each key once it is due. */
export class Timers {
  readonly #clock: Clock
  readonly #onDue: (key: string) => void
  readonly #due = new Map<string, number>()
  readonly #heap: Due[] = []
  #cancel: (() => void) | undefined
  #scheduledAt: number | undefined
  #isStopped = false

  constructor(clock: Clock, onDue: (key: string) => void) {
    this.#clock = clock
    this.#onDue = onDue
  }

  /** Replaces a key's due time, in milliseconds since the epoch; undefined for never. */
  set(key: string, at: number | undefined): void {
    if (this.#due.get(key) === at) return
    if (at === undefined) {
      this.#due.delete(key)
      return
    }
    this.#due.set(key, at)
    this.#push({ at, key })
    this.#schedule()
  }

  stop(): void {
    this.#isStopped = true
    this.#cancel?.()
  }

  #fire(): void {
    this.#cancel = undefined
    this.#scheduledAt = undefined
    const now = this.#clock.now()
    for (let top = this.#heap[0]; top !== undefined && top.at <= now; top = this.#heap[0]) {
      this.#pop()
      if (this.#due.get(top.key) !== top.at) continue
      this.#due.delete(top.key)
      this.#onDue(top.key)
    }
    this.#schedule()
  }

  #schedule(): void {
    while (this.#heap[0] !== undefined && this.#due.get(this.#heap[0].key) !== this.#heap[0].at) this.#pop()
    const next = this.#heap[0]?.at
    if (this.#isStopped || next === undefined || next === this.#scheduledAt) return
    this.#cancel?.()
    this.#scheduledAt = next
    const wait = Math.min(Math.max(next - this.#clock.now(), 0), LONGEST_WAIT)
    this.#cancel = this.#clock.after(wait, () => this.#fire())
  }

  #push(due: Due): void {
    let at = this.#heap.push(due) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!this.#swapIfAbove(parent, at)) return
      at = parent
    }
  }

  #pop(): void {
    const last = this.#heap.pop()
    if (last === undefined || this.#heap.length === 0) return
    this.#heap[0] = last
    for (let at = 0; ; ) {
      const left = 2 * at + 1
      const right = left + 1
      const child = this.#isAbove(left, right) ? right : left
      if (!this.#swapIfAbove(at, child)) return
      at = child
    }
  }

  #isAbove(a: number, b: number): boolean {
    const [x, y] = [this.#heap[a], this.#heap[b]]
    return x !== undefined && y !== undefined && x.at > y.at
  }

  #swapIfAbove(parent: number, child: number): boolean {
    const [x, y] = [this.#heap[parent], this.#heap[child]]
    if (x === undefined || y === undefined || x.at <= y.at) return false
    this.#heap[parent] = y
    this.#heap[child] = x
    return true
  }
}
