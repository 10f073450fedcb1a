import type { Clock } from '../ports/clock.ts'

interface Task {
  readonly at: number
  readonly order: number
  readonly run: () => void
}

/** Lets everything that waits for promises alone go on. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/**
 * Simulated time. Nothing happens between two tasks but what promises bring about at once, and tasks run in the order of
 * their time, then of their making: a run is decided by what its tasks do.
 */
export class Scheduler implements Clock {
  #now: number
  #order = 0
  #heap: Task[] = []
  readonly #watched = new Set<{ readonly condition: () => boolean; readonly resolve: () => void }>()

  /** @param start Milliseconds since the epoch. */
  constructor(start: number) {
    this.#now = start
  }

  now(): number {
    return this.#now
  }

  after(milliseconds: number, callback: () => void): () => void {
    let run: (() => void) | undefined = callback
    this.#push({ at: this.#now + Math.max(milliseconds, 0), order: this.#order++, run: () => run?.() })
    return () => {
      run = undefined
    }
  }

  /** Resolves after that many simulated milliseconds. Only what `run…` drives makes time pass. */
  sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      this.after(milliseconds, resolve)
    })
  }

  /** Resolves once the condition holds, which is looked at after each task. */
  until(condition: () => boolean): Promise<void> {
    if (condition()) return Promise.resolve()
    return new Promise((resolve) => {
      this.#watched.add({ condition, resolve })
    })
  }

  /** Lets that many milliseconds pass. */
  async runFor(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds
    await this.#runWhile((task) => task.at <= end)
    this.#now = Math.max(this.#now, end)
  }

  /**
   * Lets time pass until the condition holds, looking after each task. Throws after `limit` simulated milliseconds.
   */
  async runUntil(what: string, condition: () => boolean, limit = 10_000_000): Promise<void> {
    await settled()
    const end = this.#now + limit
    let holds = condition()
    await this.#runWhile((task) => {
      holds = holds || condition()
      return !holds && task.at <= end
    })
    if (!condition()) throw new Error(`still not so after ${limit} simulated ms: ${what}`)
  }

  /** Lets time pass until the promise is settled, and gives its outcome. */
  async finish<T>(what: string, promise: Promise<T>, limit?: number): Promise<T> {
    let isOver = false
    const over = () => {
      isOver = true
    }
    promise.then(over, over)
    await this.runUntil(what, () => isOver, limit)
    return promise
  }

  async #runWhile(goesOn: (task: Task) => boolean): Promise<void> {
    await settled()
    for (let task = this.#heap[0]; task !== undefined && goesOn(task); task = this.#heap[0]) {
      this.#pop()
      this.#now = Math.max(this.#now, task.at)
      task.run()
      await settled()
      for (const watched of this.#watched) {
        if (!watched.condition()) continue
        this.#watched.delete(watched)
        watched.resolve()
      }
    }
  }

  #push(task: Task): void {
    let at = this.#heap.push(task) - 1
    while (at > 0 && this.#swapUnlessOrdered((at - 1) >> 1, at)) at = (at - 1) >> 1
  }

  #pop(): void {
    const last = this.#heap.pop()
    if (last === undefined || this.#heap.length === 0) return
    this.#heap[0] = last
    for (let at = 0; ; ) {
      const left = 2 * at + 1
      const child = this.#isOrdered(left, left + 1) ? left : left + 1
      if (!this.#swapUnlessOrdered(at, child)) return
      at = child
    }
  }

  #isOrdered(a: number, b: number): boolean {
    const [x, y] = [this.#heap[a], this.#heap[b]]
    if (x === undefined || y === undefined) return true
    return x.at < y.at || (x.at === y.at && x.order < y.order)
  }

  #swapUnlessOrdered(parent: number, child: number): boolean {
    const [x, y] = [this.#heap[parent], this.#heap[child]]
    if (x === undefined || y === undefined || this.#isOrdered(parent, child)) return false
    this.#heap[parent] = y
    this.#heap[child] = x
    return true
  }
}
