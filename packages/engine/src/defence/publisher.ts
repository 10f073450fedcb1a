import type { Id } from '@sluice/protocol'
import type { Chain, PreparedTransaction } from '../ports/chain.ts'
import type { Log } from '../ports/log.ts'
import type { Notification } from '../ports/views.ts'
import type { Goal } from './goal.ts'
import type { Sender } from './sender.ts'

export interface PublisherOptions {
  readonly chain: Chain
  readonly sender: Sender
  readonly log: Log
  readonly notify: (notification: Notification) => void
  /** Blocks after which a call that no block shows is sent again. */
  readonly resendBlocks: number
}

interface Attempt {
  readonly goal: Goal
  transaction?: PreparedTransaction
  /** Block at which it was last sent, or at which it failed. */
  at: bigint
  /** Why the newest try failed. */
  problem?: string
  /** It failed: it is tried again after some blocks. */
  isCooling: boolean
  isBusy: boolean
}

/** Makes the calls that are wanted, and makes them again until a block shows their effect. */
export class Publisher {
  readonly #options: PublisherOptions
  readonly #wanted = new Map<Id, ReadonlyMap<string, Goal>>()
  readonly #attempts = new Map<string, Attempt>()
  /** Sent, with the effect seen: followed until final for those who listen. */
  readonly #settling = new Map<string, Attempt>()
  #head = 0n
  #isStopped = false

  constructor(options: PublisherOptions) {
    this.#options = options
  }

  /** Replaces what is wanted for a channel or virtual channel. */
  setGoals(id: Id, goals: readonly Goal[]): void {
    const keyed = new Map(goals.map((goal) => [`${id}/${goal.key}`, goal]))
    for (const key of this.#wanted.get(id)?.keys() ?? []) if (!keyed.has(key)) this.#settle(key)
    if (keyed.size === 0) this.#wanted.delete(id)
    else this.#wanted.set(id, keyed)
    for (const [key, goal] of keyed) if (!this.#attempts.has(key)) this.#begin(key, goal)
  }

  /** Why the newest try of a call that is wanted for a channel or virtual channel failed; undefined if none did. */
  problemOf(id: Id): string | undefined {
    for (const key of this.#wanted.get(id)?.keys() ?? []) {
      const attempt = this.#attempts.get(key)
      if (attempt?.problem !== undefined) return `${attempt.goal.call.type}: ${attempt.problem}`
    }
    return undefined
  }

  /** A new block: looks where everything stands. */
  block(head: bigint, final: bigint): void {
    this.#head = head
    for (const [key, attempt] of this.#attempts) void this.#look(key, attempt)
    for (const [key, attempt] of this.#settling) void this.#follow(key, attempt, final)
  }

  stop(): void {
    this.#isStopped = true
  }

  #settle(key: string): void {
    const attempt = this.#attempts.get(key)
    this.#attempts.delete(key)
    if (attempt?.transaction !== undefined) this.#settling.set(key, attempt)
  }

  #begin(key: string, goal: Goal, problem?: string): void {
    const attempt: Attempt = {
      goal,
      at: this.#head,
      isCooling: false,
      isBusy: true,
      ...(problem !== undefined && { problem }),
    }
    this.#attempts.set(key, attempt)
    void this.#options.sender.run(() => this.#send(key, attempt))
  }

  async #send(key: string, attempt: Attempt): Promise<void> {
    if (this.#isStopped || this.#attempts.get(key) !== attempt) return
    const { chain, log } = this.#options
    const { call } = attempt.goal
    try {
      attempt.transaction = await chain.prepare(call)
      await chain.broadcast(attempt.transaction)
      attempt.at = this.#head
      delete attempt.problem
      log.info('call sent', { call: call.type, hash: attempt.transaction.hash })
      this.#notify(attempt, 'sent')
    } catch (error) {
      log.warn('call failed', { call: call.type, error: String(error) })
      attempt.at = this.#head
      attempt.problem = error instanceof Error ? error.message : String(error)
      attempt.isCooling = true
    }
    attempt.isBusy = false
  }

  #notify({ goal, transaction }: Attempt, status: 'sent' | 'final' | 'failed'): void {
    if (transaction === undefined) return
    this.#options.notify({ type: 'transaction', call: goal.call.type, hash: transaction.hash, status })
  }

  async #look(key: string, attempt: Attempt): Promise<void> {
    if (attempt.isBusy) return
    const isDue = this.#head - attempt.at >= BigInt(this.#options.resendBlocks)
    if (attempt.isCooling) {
      if (this.#head > attempt.at) this.#again(key, attempt)
      return
    }
    const { transaction } = attempt
    if (transaction === undefined) return
    attempt.isBusy = true
    try {
      const { chain } = this.#options
      const found = await chain.status(transaction)
      if (found.status === 'included' && !found.success) {
        this.#notify(attempt, 'failed')
        attempt.problem = 'the transaction reverted'
        attempt.isCooling = true
        attempt.at = this.#head
      } else if (found.status === 'dropped' || (found.status === 'included' && isDue)) {
        this.#again(key, attempt)
      } else if (found.status === 'pending' && isDue) {
        attempt.at = this.#head
        await chain.broadcast(transaction)
      }
    } catch (error) {
      this.#options.log.debug('call not found', { call: attempt.goal.call.type, error: String(error) })
    }
    attempt.isBusy = false
  }

  #again(key: string, attempt: Attempt): void {
    if (this.#isStopped || this.#attempts.get(key) !== attempt) return
    this.#attempts.delete(key)
    this.#begin(key, attempt.goal, attempt.problem)
  }

  async #follow(key: string, attempt: Attempt, final: bigint): Promise<void> {
    const { transaction } = attempt
    if (transaction === undefined || attempt.isBusy) return
    attempt.isBusy = true
    const { chain } = this.#options
    const found = await chain.status(transaction).catch(() => undefined)
    // A reorg put it back: later transactions wait for its nonce.
    if (found?.status === 'pending') await chain.broadcast(transaction).catch(() => undefined)
    attempt.isBusy = false
    if (found?.status === 'dropped') this.#settling.delete(key)
    if (found?.status !== 'included' || found.block > final) return
    this.#settling.delete(key)
    this.#notify(attempt, found.success ? 'final' : 'failed')
  }
}
