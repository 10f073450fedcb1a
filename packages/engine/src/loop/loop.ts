import { EngineError } from '../errors.ts'
import type { Log } from '../ports/log.ts'
import type { Store, Write } from '../ports/store.ts'
import type { EndStage } from '../ports/tx.ts'
import type { Participant } from '../records/collection.ts'
import { Waiters } from './waiters.ts'
import type { Waiting } from './waiting.ts'
import { isWaiting } from './waiting.ts'

/** One thing to handle: `run` is synchronous and all or nothing; then one of the others is called. */
export interface LoopEvent {
  readonly run: () => void
  /** The commit that holds what it did is durable. */
  readonly committed?: () => void
  /** It threw, or the engine stopped: nothing of it remains. */
  readonly failed?: (error: unknown) => void
  /**
   * Of an event that runs though the store takes nothing, as news of the chain: what it did is kept in memory, nothing of it leaves, and then this
   * is called, to do what needs no store.
   */
  readonly urgent?: () => void
  /**
   * Of an event that is refused while the store takes nothing and too much waits for it, since whoever wants it comes again, as with a call or a
   * peer's message: the bytes that it keeps in memory. Every other event waits, as nobody repeats it.
   */
  readonly refusable?: number
}

export interface LoopOptions {
  readonly store: Store
  readonly log: Log
  readonly participants: readonly Participant[]
  /** Starts a batch: the moment to read the clock. */
  readonly onBatch: () => void
  /** Runs as the last event of a batch that has something to write: what may ride along with any commit. */
  readonly beforeCommit: () => void
  /** Called after each commit with the keys that changed, before its effects leave. */
  readonly onCommit: (keys: ReadonlySet<string>) => void
  /** The store failed: all state in memory is to be thrown away. */
  readonly onFatal: (error: Error) => void
  /** The store takes nothing now, for that reason, or takes all again. What was to be stored is tried again after a while. */
  readonly onHeld?: (reason: Error | undefined) => void
  /** Runs after so many milliseconds; the function returned ends the wait. Without it nothing is tried again. */
  readonly after?: (milliseconds: number, run: () => void) => () => void
}

type Ends = Readonly<Record<EndStage, Map<string, () => void>>>

const END_STAGES: readonly EndStage[] = ['process', 'sign']

const newEnds = (): Ends => ({ process: new Map(), sign: new Map() })

function clearEnds(ends: Ends): void {
  for (const stage of END_STAGES) ends[stage].clear()
}

/** Milliseconds after which a commit is tried again. */
const RETRY_AFTER = 5_000

/** Events that may wait for a store that takes nothing before those that can be refused are, and bytes that these may keep in memory. */
const HELD_MAX = 10_000
const HELD_BYTES_MAX = 64 * 1024 * 1024

/** What a call keeps in memory, roughly. */
const CALL_BYTES = 1024

/** Most events that share one commit, so that one commit stays bounded. */
const BATCH_LIMIT = 1000

/**
 * Handles all waiting events in one batch and makes them durable in one commit; only then does anything leave.
 * Events that come while a commit is under way wait for the next.
 */
export class Loop {
  readonly #options: LoopOptions
  readonly #waiters = new Waiters()
  #queue: LoopEvent[] = []
  #busy = false
  #stopped: Error | undefined
  #idle: (() => void)[] = []
  /** While the store takes nothing: looks at the queue again. */
  #wake: (() => void) | undefined
  /** Bytes of what waits and could have been refused, since the store takes nothing; undefined while it takes all. */
  #heldBytes: number | undefined

  #index = 0
  #effects: (() => void)[] = []
  #followers: LoopEvent[] = []
  readonly #ends = newEnds()
  #eventEffects: (() => void)[] = []
  #eventFollowers: LoopEvent[] = []
  readonly #eventEnds = newEnds()
  #eventTopics = new Set<string>()
  #topics = new Map<string, number>()
  #changed = new Set<string>()

  constructor(options: LoopOptions) {
    this.#options = options
  }

  /** Whether the store takes nothing and so much waits for it that what can be refused is. */
  get isFull(): boolean {
    return this.#heldBytes !== undefined && (this.#queue.length >= HELD_MAX || this.#heldBytes >= HELD_BYTES_MAX)
  }

  /** Queues an event. Never throws; a stopped loop fails it at once. */
  post(event: LoopEvent): void {
    if (this.#stopped !== undefined) {
      event.failed?.(this.#stopped)
      return
    }
    if (event.refusable !== undefined && this.#heldBytes !== undefined) {
      if (this.isFull) {
        event.failed?.(new EngineError('STORE_WAITS'))
        return
      }
      this.#heldBytes += event.refusable
    }
    this.#queue.push(event)
    this.#wake?.()
    if (this.#busy) return
    this.#busy = true
    queueMicrotask(() => void this.#turn())
  }

  /**
   * Runs a call as events until it returns something else than {@link Waiting}; resolves once that is durable.
   * What a waiting run changed is kept. Rejects with `STORE_WAITS` if the loop {@link isFull}.
   */
  call<T>(run: () => T | Waiting, signal?: AbortSignal): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      let waitingFor = 'its turn'
      let isOver = false
      let leave = () => {}
      const settle = (end: () => void) => {
        if (isOver) return
        isOver = true
        leave()
        signal?.removeEventListener('abort', abort)
        end()
      }
      const fail = (error: unknown) => settle(() => reject(error))
      const abort = () => fail(new EngineError('CALL_ABORTED', { waitingFor }, signal?.reason))
      if (signal?.aborted) return abort()
      signal?.addEventListener('abort', abort)
      const attempt = (changes: Pick<LoopEvent, 'refusable'> = {}) => {
        let result: T | Waiting | undefined
        this.post({
          ...changes,
          run: () => {
            if (isOver) return
            const outcome = run()
            result = outcome
            if (!isWaiting(outcome)) return
            waitingFor = outcome.reason
            leave = this.#waiters.add({ topics: outcome.topics, since: this.#index, wake: () => attempt(), fail })
          },
          committed: () => {
            if (!isWaiting(result)) settle(() => resolve(result as T))
          },
          failed: fail,
        })
      }
      attempt({ refusable: CALL_BYTES })
    })
  }

  /** Runs what this side has to write down by itself, however much waits; resolves once that is durable. */
  write(run: () => void): Promise<void> {
    return new Promise((committed, failed) => this.post({ run, committed, failed }))
  }

  /** From within an event: another event of the same batch, with its own outcome. */
  follow(event: LoopEvent): void {
    this.#eventFollowers.push(event)
  }

  /** From within an event: runs after the commit, in order. */
  afterCommit(run: () => void): void {
    this.#eventEffects.push(run)
  }

  /** From within an event: runs once at the end of the batch. Nothing is signed while something is still to be looked at. */
  atEnd(stage: EndStage, key: string, run: () => void): void {
    if (!this.#ends[stage].has(key)) this.#eventEnds[stage].set(key, run)
  }

  /** From within an event: this key's record changed, or this topic is to be looked at again. */
  touch(topic: string): void {
    this.#eventTopics.add(topic)
  }

  /** Resolves when nothing is queued and no commit is under way. */
  idle(): Promise<void> {
    if (!this.#busy) return Promise.resolve()
    return new Promise((resolve) => this.#idle.push(resolve))
  }

  /** Fails everything waiting and takes nothing more. A commit under way is not waited for: see `idle`. */
  stop(reason: Error = new EngineError('ENGINE_STOPPED')): void {
    if (this.#stopped !== undefined) return
    this.#stopped = reason
    const queue = this.#queue
    this.#queue = []
    for (const event of queue) event.failed?.(reason)
    this.#waiters.failAll(reason)
    this.#wake?.()
  }

  async #turn(): Promise<void> {
    while (this.#queue.length > 0 && this.#stopped === undefined) {
      await this.#batch(this.#queue.splice(0, BATCH_LIMIT))
    }
    this.#busy = false
    for (const resolve of this.#idle.splice(0)) resolve()
  }

  async #batch(events: readonly LoopEvent[]): Promise<void> {
    this.#options.onBatch()
    const done: LoopEvent[] = []
    for (const event of events) this.#runWithFollowers(event, done)
    const outcome = this.#finish(done)
    if ('writes' in outcome) return this.#commit(done, outcome.writes)
    const { problem } = outcome
    this.#dropBatch()
    this.#options.log.error('end of batch failed', { error: String(problem), events: events.length })
    if (events.length === 1) {
      for (const event of done) event.failed?.(problem)
      return
    }
    // One of the events led there: each runs again in a batch of its own, so that only that one fails.
    for (const event of done) if (!events.includes(event)) event.failed?.(problem)
    for (const event of events) if (done.includes(event)) await this.#batch([event])
  }

  #runWithFollowers(event: LoopEvent, done: LoopEvent[]): void {
    this.#runEvent(event, done)
    for (let next = this.#followers.shift(); next !== undefined; next = this.#followers.shift())
      this.#runEvent(next, done)
  }

  #runEvent(event: LoopEvent, done: LoopEvent[]): void {
    this.#index += 1
    try {
      event.run()
    } catch (error) {
      this.#dropEvent()
      event.failed?.(error)
      return
    }
    this.#keepEvent()
    done.push(event)
  }

  /** What the batch puts on disk, once its end has run; or why it can't be. */
  #finish(done: LoopEvent[]): { readonly writes: readonly Write[] } | { readonly problem: unknown } {
    const problem = this.#runEnds(done)
    if (problem !== undefined) return { problem }
    const { participants, beforeCommit } = this.#options
    if (participants.some(({ isChanged }) => isChanged)) this.#runEvent({ run: beforeCommit }, done)
    try {
      return { writes: participants.flatMap((participant) => [...participant.writes()]) }
    } catch (error) {
      return { problem: error }
    }
  }

  #runEnds(done: LoopEvent[]): unknown {
    for (let next = this.#nextEnd(); next !== undefined; next = this.#nextEnd()) {
      const run = next
      let problem: unknown
      this.#runWithFollowers({ run, failed: (error) => (problem = error ?? new Error('thrown without a value')) }, done)
      if (problem !== undefined) return problem
    }
    return undefined
  }

  /** Takes out what runs next: the first of the first stage that has any. */
  #nextEnd(): (() => void) | undefined {
    for (const stage of END_STAGES) {
      const next = this.#ends[stage].entries().next()
      if (next.done) continue
      const [key, run] = next.value
      this.#ends[stage].delete(key)
      return run
    }
    return undefined
  }

  #dropEvent(): void {
    for (const participant of this.#options.participants) participant.drop()
    this.#eventEffects = []
    this.#eventFollowers = []
    clearEnds(this.#eventEnds)
    this.#eventTopics.clear()
  }

  #keepEvent(): void {
    for (const participant of this.#options.participants) participant.keep()
    this.#effects.push(...this.#eventEffects)
    this.#followers.push(...this.#eventFollowers)
    for (const stage of END_STAGES) for (const [key, run] of this.#eventEnds[stage]) this.#ends[stage].set(key, run)
    for (const topic of this.#eventTopics) {
      this.#topics.set(topic, this.#index)
      this.#changed.add(topic)
    }
    this.#eventEffects = []
    this.#eventFollowers = []
    clearEnds(this.#eventEnds)
    this.#eventTopics.clear()
  }

  #dropBatch(): void {
    for (const participant of this.#options.participants) participant.dropBatch()
    this.#dropEvent()
    this.#effects = []
    this.#followers = []
    clearEnds(this.#ends)
    this.#topics.clear()
    this.#changed.clear()
  }

  async #commit(done: LoopEvent[], writes: readonly Write[]): Promise<void> {
    if (writes.length > 0 && !(await this.#store(done, writes))) return
    for (const participant of this.#options.participants) participant.applied()
    const effects = this.#effects
    const topics = this.#topics
    const changed = this.#changed
    this.#effects = []
    this.#topics = new Map()
    this.#changed = new Set()
    this.#leave(() => this.#options.onCommit(changed))
    for (const effect of effects) this.#leave(effect)
    for (const event of done) this.#leave(() => event.committed?.())
    this.#waiters.wake(topics)
  }

  /** Stores what the batch did, however long that takes. Says whether it is stored; else all of it has failed. */
  async #store(done: LoopEvent[], writes: readonly Write[]): Promise<boolean> {
    const { store, onHeld } = this.#options
    for (let next = writes, isHeld = false; ; isHeld = true) {
      try {
        await store.commit(next)
        this.#heldBytes = undefined
        if (isHeld) onHeld?.(undefined)
        break
      } catch (error) {
        if (this.#stopped === undefined && !(await this.#recovers())) {
          this.#fail(error, done)
          return false
        }
        this.#heldBytes ??= 0
        if (!isHeld) onHeld?.(error instanceof Error ? error : new Error(String(error)))
      }
      await this.#hold(done)
      if (this.#stopped !== undefined) break
      const outcome = this.#finish(done)
      if ('problem' in outcome) {
        this.#fail(outcome.problem, done)
        return false
      }
      next = outcome.writes
    }
    if (this.#stopped === undefined) return true
    for (const event of done) event.failed?.(this.#stopped)
    return false
  }

  /** Whether the store takes commits again, though perhaps none that is as large. */
  async #recovers(): Promise<boolean> {
    const { store, after } = this.#options
    if (store.recover === undefined || after === undefined) return false
    return store.recover().then(
      () => true,
      () => false,
    )
  }

  /** Runs what is urgent until it is time to try again. It joins the batch that waits. */
  async #hold(done: LoopEvent[]): Promise<void> {
    let isDue = false
    const cancel = this.#options.after?.(RETRY_AFTER, () => {
      isDue = true
      this.#wake?.()
    })
    while (!isDue && this.#stopped === undefined) {
      const at = this.#queue.findIndex(({ urgent }) => urgent !== undefined)
      const [event] = at < 0 ? [] : this.#queue.splice(at, 1)
      if (event === undefined) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
        continue
      }
      this.#options.onBatch()
      this.#runWithFollowers(event, done)
      this.#leave(() => event.urgent?.())
    }
    cancel?.()
    this.#wake = undefined
  }

  /** What leaves after a commit must not throw; if it does, only that one is lost. */
  #leave(effect: () => void): void {
    try {
      effect()
    } catch (error) {
      this.#options.log.error('effect failed', { error: error instanceof Error ? error.stack : String(error) })
    }
  }

  #fail(cause: unknown, done: readonly LoopEvent[]): void {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const error = new EngineError('ENGINE_FAILED', { reason }, cause)
    this.#dropBatch()
    this.stop(error)
    for (const event of done) event.failed?.(error)
    this.#options.onFatal(error)
  }
}
