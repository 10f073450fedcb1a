import type { Clock } from '../ports/clock.ts'

/** Longest single wait, so that no surrounding's timer overflows. Milliseconds. */
const LONGEST_WAIT = 24 * 3600 * 1000

/**
 * One due time a key, set from records, so that nothing about time needs storing. Calls back with each key once it is due.
 *
 * A heap in two arrays and the place of each key in it: there may be a timer for every virtual channel, so each is kept small.
 */
export class Timers {
  readonly #clock: Clock
  readonly #onDue: (key: string) => void
  /** Due times, the earliest first: none is earlier than the one at half its place. */
  readonly #times: number[] = []
  readonly #keys: string[] = []
  readonly #places = new Map<string, number>()
  #cancel: (() => void) | undefined
  #scheduledAt: number | undefined
  #isStopped = false

  constructor(clock: Clock, onDue: (key: string) => void) {
    this.#clock = clock
    this.#onDue = onDue
  }

  /** Replaces a key's due time, in milliseconds since the epoch; undefined for never. */
  set(key: string, at: number | undefined): void {
    const place = this.#places.get(key)
    if (at === undefined) {
      if (place !== undefined) this.#remove(place)
    } else if (place === undefined) {
      this.#place(key, at, this.#keys.length)
      this.#rise(this.#keys.length - 1)
    } else if (this.#times[place] !== at) {
      this.#place(key, at, place)
      this.#settle(place)
    }
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
    for (let key = this.#keys[0]; key !== undefined && this.#timeAt(0) <= now; key = this.#keys[0]) {
      this.#remove(0)
      this.#onDue(key)
    }
    this.#schedule()
  }

  /** Waits for the earliest. One that was waited for and is no more calls back for nothing, which is rarer than a new timer each time. */
  #schedule(): void {
    const next = this.#times[0]
    if (this.#isStopped || next === undefined) return
    if (this.#scheduledAt !== undefined && this.#scheduledAt <= next) return
    this.#cancel?.()
    this.#scheduledAt = next
    const wait = Math.min(Math.max(next - this.#clock.now(), 0), LONGEST_WAIT)
    this.#cancel = this.#clock.after(wait, () => this.#fire())
  }

  #timeAt(place: number): number {
    return this.#times[place] ?? Number.POSITIVE_INFINITY
  }

  #place(key: string, at: number, place: number): void {
    this.#times[place] = at
    this.#keys[place] = key
    this.#places.set(key, place)
  }

  #remove(place: number): void {
    const [time, key] = [this.#times.pop(), this.#keys.pop()]
    if (time === undefined || key === undefined) return
    this.#places.delete(this.#keys[place] ?? key)
    if (place === this.#keys.length) return
    this.#place(key, time, place)
    this.#settle(place)
  }

  #settle(place: number): void {
    this.#rise(place)
    this.#sink(place)
  }

  #rise(from: number): void {
    for (let place = from; place > 0; ) {
      const parent = (place - 1) >> 1
      if (this.#timeAt(parent) <= this.#timeAt(place)) return
      this.#swap(parent, place)
      place = parent
    }
  }

  #sink(from: number): void {
    for (let place = from; ; ) {
      const left = 2 * place + 1
      const child = this.#timeAt(left + 1) < this.#timeAt(left) ? left + 1 : left
      if (this.#timeAt(place) <= this.#timeAt(child)) return
      this.#swap(place, child)
      place = child
    }
  }

  #swap(one: number, other: number): void {
    const [oneKey, otherKey] = [this.#keys[one], this.#keys[other]]
    if (oneKey === undefined || otherKey === undefined) return
    const [oneTime, otherTime] = [this.#timeAt(one), this.#timeAt(other)]
    this.#place(otherKey, otherTime, one)
    this.#place(oneKey, oneTime, other)
  }
}
