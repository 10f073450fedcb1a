import { type Id, SluiceError } from '@sluice/protocol'
import type { Policy } from '../../policy/policy.ts'
import type { Chain, ChainCall } from '../../ports/chain.ts'
import type { BlockPoint } from '../../ports/chain-view.ts'
import type { Log } from '../../ports/log.ts'
import type { DefenceView, Notification, WaitingCall } from '../../ports/views.ts'
import { type Batch, type Material, nameOf } from '../batches/batch.ts'
import { callGas } from '../batches/call-gas.ts'
import type { GasPrices } from '../batches/gas-prices.ts'
import { gather } from '../batches/gather.ts'
import { companyOf } from '../batches/join.ts'
import { order } from '../batches/order.ts'
import { LearntPrices } from '../batches/prices.ts'
import type { Goal } from '../goals/goal.ts'
import { Cooling } from './cooling.ts'
import { type Flight, flightOf } from './flight.ts'
import { Flights } from './flights.ts'
import { Losses } from './losses.ts'
import type { Sender } from './sender.ts'

/** For how long a price of gas is good enough between blocks, milliseconds. */
const PRICE_HOLDS_MS = 60_000

/** An answer for which so many times of an inclusion are left waits for nothing that brings less. */
const LAST_TIMES = 3

/** Why a transaction is not displaced: a block holds it by now, or one in its place would have to pay more than the owner allows. */
const NOT_DISPLACED = ['CHAIN_NONCE_USED', 'CHAIN_FEE_TOO_HIGH']

const hasCode = (error: unknown, code: string): boolean => error instanceof SluiceError && error.code === code

/** What the node knows beside the goals. */
export interface Knowledge extends Material {
  /** The call as it goes out: consent that it needs is signed now. */
  complete(batch: Batch): ChainCall
  /** Whether a goal's deadline has passed, and the chain does not show its effect. */
  isMissed(goal: Goal): boolean
  /** What was lost by a goal that was missed, native base units; undefined where no price is known. */
  lossOf(goal: Goal): bigint | undefined
}

export interface PublisherOptions {
  readonly chain: Pick<Chain, 'prepare' | 'broadcast' | 'includedCount' | 'status'>
  readonly sender: Sender
  readonly log: Log
  readonly notify: (notification: Notification) => void
  readonly policy: Policy
  readonly knowledge: Knowledge
  readonly gasPrices: GasPrices
  /** A transaction went out. `cost`: as it was quoted, native base units. */
  readonly onSent?: (batch: Batch, cost: bigint) => void
  /** One that went out will not be included: another one took its place, or its nonce. */
  readonly onDropped?: (batch: Batch, cost: bigint) => void
}

/**
 * Makes the calls that are wanted, as far as they are worth what they cost, and makes them again until a block shows their effect. Goals that
 * go together are reached by one call.
 */
export class Publisher {
  readonly #options: PublisherOptions
  readonly #wanted = new Map<string, Goal>()
  readonly #names = new Map<Id, ReadonlySet<string>>()
  /** The transactions that carry goals, by the goals' names. */
  readonly #carriers = new Map<string, Flight>()
  readonly #flights: Flights
  readonly #cooling: Cooling
  readonly #prices: LearntPrices
  readonly #losses = new Losses()
  #head: BlockPoint = { number: 0n, timestamp: 0n }
  #final = 0n
  #tooDear: readonly Goal[] = []
  /** What goes out next, in order; undefined once something changed. */
  #queue: Batch[] | undefined
  #isSending = false
  #isLooking = false
  /** There may be something to send. */
  #isDue = false
  #isStopped = false

  constructor(options: PublisherOptions) {
    this.#options = options
    const { chain, log, policy } = options
    this.#cooling = new Cooling(policy.resendBlocks)
    this.#prices = new LearntPrices(policy.worthMin)
    this.#flights = new Flights({
      chain,
      log,
      resendBlocks: policy.resendBlocks,
      events: {
        final: (flight) => this.#ended(flight),
        lost: (flight) => this.#lost(flight),
        reverted: (flight) => this.#reverted(flight),
      },
    })
  }

  /** Replaces what is wanted for a channel or virtual channel. */
  setGoals(id: Id, goals: readonly Goal[]): void {
    const names = new Set(goals.map(nameOf))
    for (const name of this.#names.get(id) ?? []) if (!names.has(name)) this.#drop(name)
    if (names.size === 0) this.#names.delete(id)
    else this.#names.set(id, names)
    let isUrgent = false
    for (const goal of goals) {
      const name = nameOf(goal)
      if (!this.#wanted.has(name)) {
        this.#queue = undefined
        // What has time and can go along with others waits for the next block: then more may be there.
        isUrgent ||= goal.deadline !== undefined || companyOf(goal) === undefined
      }
      this.#wanted.set(name, goal)
    }
    if (isUrgent) queueMicrotask(() => void this.#pump())
  }

  /** Why a call that is wanted for a channel or virtual channel is not made; undefined if nothing holds it up. */
  problemOf(id: Id): string | undefined {
    for (const name of this.#names.get(id) ?? []) {
      const { call } = this.#wanted.get(name) ?? {}
      const problem =
        this.#cooling.problemOf(name) ?? (this.#isTooDear(name) ? 'it costs more than it is worth' : undefined)
      if (call !== undefined && problem !== undefined) return `${call.type}: ${problem}`
    }
    return undefined
  }

  /** What is to be done on chain, what is under way and what was lost. */
  view(): DefenceView {
    const waiting = [...this.#wanted].filter(([name]) => !this.#carriers.has(name))
    return {
      waiting: waiting.map(([name, goal]) => this.#waitingCall(name, goal)),
      pending: this.#flights.pending().length,
      lost: this.#losses.totals,
    }
  }

  /** A new block: looks where everything stands, and sends what is worth it. */
  block(head: BlockPoint, final: bigint): void {
    this.#head = head
    this.#final = final
    this.#queue = undefined
    if (this.#tooDear.length > 0) this.#prices.wearOff()
    void this.#look()
  }

  stop(): void {
    this.#isStopped = true
  }

  #waitingCall(name: string, { id, call, value, deadline }: Goal): WaitingCall {
    const problem = this.#cooling.problemOf(name)
    return {
      id,
      call: call.type,
      cost: this.#prices.costOf(call.type, callGas(call)),
      ...(value !== undefined && { value }),
      ...(deadline !== undefined && { deadline }),
      ...(problem !== undefined && { problem }),
    }
  }

  #isTooDear(name: string): boolean {
    return this.#tooDear.some((goal) => nameOf(goal) === name)
  }

  /** It is not wanted any more: it was reached, or it is too late. */
  #drop(name: string): void {
    const goal = this.#wanted.get(name)
    this.#wanted.delete(name)
    this.#cooling.forget(name)
    this.#queue = undefined
    this.#carriers.get(name)?.carried.delete(name)
    this.#carriers.delete(name)
    const { knowledge } = this.#options
    if (goal === undefined || !knowledge.isMissed(goal)) return
    const loss = this.#losses.book(goal, knowledge.lossOf(goal))
    if (loss === undefined) return
    this.#options.log.warn('not reached on chain in time', { id: loss.id, call: loss.call, value: loss.value })
    this.#options.notify({ type: 'loss', ...loss })
  }

  async #look(): Promise<void> {
    if (this.#isLooking || this.#isStopped) return
    this.#isLooking = true
    try {
      if (this.#wanted.size > 0) await this.#askPrice(0)
      await this.#flights.look(this.#head.number, this.#final)
    } catch (error) {
      this.#options.log.debug('chain not asked', { error: String(error) })
    }
    this.#isLooking = false
    await this.#pump()
  }

  /** @param within Milliseconds for which an earlier answer is good enough. */
  async #askPrice(within: number): Promise<void> {
    const { gasPrices, log } = this.#options
    await gasPrices.refresh(within).catch((error) => log.debug('gas price not told', { error: String(error) }))
    this.#prices.perGas = gasPrices.newest
  }

  /** Sends one after the other until nothing is left to send, or the chain takes no more. */
  async #pump(): Promise<void> {
    this.#isDue = true
    if (this.#isSending) return
    this.#isSending = true
    try {
      while (this.#isDue && !this.#isStopped) await this.#sendAll()
    } catch (error) {
      this.#options.log.warn('calls not sent', { error: String(error) })
    } finally {
      this.#isSending = false
    }
  }

  async #sendAll(): Promise<void> {
    this.#isDue = false
    if (this.#wanted.size > 0) await this.#askPrice(PRICE_HOLDS_MS)
    let isSent = true
    while (isSent && !this.#isStopped) isSent = await this.#options.sender.run(() => this.#sendNext())
  }

  /** Returns whether there may be more to send. */
  async #sendNext(): Promise<boolean> {
    const batch = this.#isStopped ? undefined : this.#next()
    if (batch === undefined) return false
    const isFull = this.#flights.pending().length >= this.#options.policy.callsPendingMax
    const instead = isFull ? this.#toDisplace(batch) : undefined
    if (isFull && instead === undefined) {
      this.#queue?.unshift(batch)
      return false
    }
    return this.#send(batch, instead)
  }

  /** The one under way whose place a batch may take. None while the chain is asked where they stand: it might be one that is included. */
  #toDisplace(batch: Batch): Flight | undefined {
    if (this.#isLooking) return undefined
    const { number, timestamp } = this.#head
    const left = (batch.deadline ?? timestamp) - timestamp
    const isPressing = batch.isAnswer && left <= BigInt(LAST_TIMES * this.#options.policy.inclusionTime)
    return this.#flights.leastBelow(batch, number, isPressing)
  }

  /** What goes out next. */
  #next(): Batch | undefined {
    this.#queue ??= this.#plan()
    const isStillWanted = (goal: Goal) => this.#wanted.has(nameOf(goal)) && !this.#carriers.has(nameOf(goal))
    for (let batch = this.#queue.shift(); batch !== undefined; batch = this.#queue.shift()) {
      if (batch.goals.every(isStillWanted)) return batch
    }
    return undefined
  }

  #plan(): Batch[] {
    const { policy, knowledge, log } = this.#options
    const ready = [...this.#wanted].filter(
      ([name]) => !this.#carriers.has(name) && !this.#cooling.isCold(name, this.#head.number),
    )
    const { batches, tooDear } = gather(
      ready.map(([, goal]) => goal),
      {
        material: knowledge,
        limits: policy,
        prices: this.#prices,
        isAlone: (goal) => goal.isWhole === true || this.#cooling.isAlone(nameOf(goal), this.#head.number),
        notJoined: (goals, error) =>
          log.warn('calls not joined', { id: goals[0]?.id, goals: goals.length, error: String(error) }),
      },
    )
    this.#tooDear = tooDear
    const { inclusionTime, callsPendingMax: pendingMax } = policy
    return [...order(batches, { time: this.#head.timestamp, inclusionTime, pendingMax })]
  }

  /** Returns whether the chain may take another. */
  async #send(batch: Batch, instead: Flight | undefined): Promise<boolean> {
    const { chain, log, knowledge, policy } = this.#options
    const { call, gas, value } = batch
    try {
      const prepared = await chain.prepare(knowledge.complete(batch), {
        ...(value !== undefined && policy.worthMin > 0 && { worth: value }),
        ...(instead !== undefined && { instead: instead.transaction }),
      })
      const { cost, ...transaction } = prepared
      this.#prices.learn(call.type, gas, cost)
      await chain.broadcast(transaction)
      if (instead !== undefined) this.#displace(instead)
      this.#carry(flightOf(batch, prepared, this.#head.number))
      this.#options.onSent?.(batch, cost)
      log.info('call sent', { call: call.type, goals: batch.goals.length, hash: transaction.hash })
    } catch (error) {
      if (instead !== undefined && NOT_DISPLACED.some((code) => hasCode(error, code))) {
        this.#keep(instead, batch)
        return true
      }
      if (hasCode(error, 'CHAIN_TOO_DEAR')) this.#learnFrom(error, batch)
      log.warn('call failed', { call: call.type, goals: batch.goals.length, error: String(error) })
      this.#cool(batch, error instanceof Error ? error.message : String(error), hasCode(error, 'CHAIN_REVERTED'))
    }
    return true
  }

  #learnFrom(error: unknown, { call, gas }: Batch): void {
    const { cost } = error instanceof SluiceError ? error.details : {}
    if (typeof cost === 'bigint') this.#prices.learn(call.type, gas, cost)
  }

  /** A transaction keeps its place, with which the batch that was to take it has nothing to do: another may be displaced. */
  #keep(flight: Flight, batch: Batch): void {
    flight.keptUntil = this.#head.number + BigInt(this.#options.policy.resendBlocks)
    this.#queue?.unshift(batch)
  }

  #carry(flight: Flight): void {
    for (const name of flight.carried) {
      // It may have been reached while this was on its way.
      if (this.#wanted.has(name)) this.#carriers.set(name, flight)
      else flight.carried.delete(name)
    }
    this.#flights.add(flight)
    this.#notify(flight, 'sent')
  }

  /** Another transaction takes its place: its goals wait again. */
  #displace(flight: Flight): void {
    this.#flights.delete(flight)
    this.#release(flight)
    this.#options.onDropped?.(flight.batch, flight.cost)
  }

  #lost(flight: Flight): void {
    this.#release(flight)
    if (flight.includedIn === undefined) this.#options.onDropped?.(flight.batch, flight.cost)
  }

  #release({ carried }: Flight): void {
    for (const name of carried) this.#carriers.delete(name)
    this.#queue = undefined
  }

  /** A final block holds it. What it carries still was not reached by it. */
  #ended(flight: Flight): void {
    const { number } = this.#head
    for (const name of flight.carried) this.#cooling.failed(name, 'its transaction did nothing for it', number, false)
    this.#release(flight)
    this.#notify(flight, 'final')
  }

  #reverted(flight: Flight): void {
    this.#release(flight)
    this.#cool(flight.batch, 'the transaction reverted', true)
    this.#notify(flight, 'failed')
  }

  /** @param isReverted Whether the contract refuses it: then one goal of several may be at fault, and each is tried alone next. */
  #cool({ goals }: Batch, problem: string, isReverted: boolean): void {
    const { number } = this.#head
    for (const name of goals.map(nameOf)) {
      const isApart = isReverted && (goals.length > 1 || this.#cooling.isAlone(name, number))
      if (this.#wanted.has(name)) this.#cooling.failed(name, problem, number, isApart)
    }
    this.#queue = undefined
  }

  #notify({ batch, transaction }: Flight, status: 'sent' | 'final' | 'failed'): void {
    this.#options.notify({ type: 'transaction', call: batch.call.type, hash: transaction.hash, status })
  }
}
