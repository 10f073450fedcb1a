import { type Address, type Hex, highest, type Id, type VirtualTerms } from '@sluice/protocol'
import type { Payer } from '../../ports.ts'
import { TabError } from '../errors.ts'
import type { TabStanding } from '../wire/answer.ts'
import type { TabKey, TabKeys } from '../wire/mac.ts'
import type { TabRequest } from '../wire/request.ts'

/** What a client needs of whoever pays on tabs. */
export interface TabPayer extends Payer, TabKeys {
  /**
   * Raises what is paid over V to `total` and answers the signature of that voucher; undefined where as much was signed before, which is
   * then on its way by itself. Resolves once durable and sent.
   */
  sign(virtualId: Id, total: bigint): Promise<Hex | undefined>
  /** Called before `agree` is asked for a key: where the signer is elsewhere, what it shares with the owner has to be fetched first. */
  prepare?(publicKey: Hex, owner: Address): Promise<void>
  /** Calls back once V was declined on its way to the payee: nothing was paid on it. Ended by the function returned. */
  onDeclined?(virtualId: Id, declined: (code: string) => void): () => void
}

/** What a tab is, beside where it stands. */
export interface TabFacts {
  readonly virtualId: Id
  readonly terms: VirtualTerms
  readonly payee: Address
  readonly payeeKey: Hex
  readonly token: Address
  /** What the payee lets be owed, base units. */
  readonly window: bigint
  /** Unix seconds from which it pays nothing new; undefined where that is not known. */
  readonly retiresAt: number | undefined
}

/** Where a tab stands, as it is kept. */
export interface TabMark {
  readonly count: bigint
  readonly voucher: TabRequest['voucher']
  /** Unix milliseconds: the highest that an id was given. */
  readonly lastTime: number
  readonly epoch: string
}

/** A request on a tab, until it is settled. */
export interface PayerCall {
  readonly id: string
  readonly time: number
  readonly epoch: string
  readonly limit: bigint
  /** By this side's count, base units. */
  charged: bigint
  /** Still under way, or its outcome not known. */
  isOpen: boolean
  /** It may be asked for again once it is over. */
  isKept: boolean
}

export interface PayerTabOptions {
  readonly payer: TabPayer
  readonly facts: TabFacts
  readonly key: TabKey
  readonly mark: TabMark
  /** The tab goes on from a record: its count may be behind what was received. */
  readonly isRestored: boolean
  /** Called after each change of what is to be kept. */
  readonly changed: () => void
}

/**
 * One tab as its payer counts it. It signs what it received and nothing above, but for what requests that are paid before they are begun
 * ask; while one signature is on its way, later amounts wait and only the highest of them is signed next.
 */
export class PayerTab {
  readonly facts: TabFacts
  readonly key: TabKey
  readonly calls = new Map<string, PayerCall>()
  readonly #payer: TabPayer
  readonly #changed: () => void
  #count: bigint
  #voucher: TabRequest['voucher']
  #signed: bigint
  #lastTime: number
  #advance = 0n
  #work: Promise<void> | undefined
  #isRestored: boolean
  /** Why nothing can be signed any more. */
  #failure: Error | undefined
  epoch: string
  /** Requests that were begun on it. */
  begun = 0
  /** Whether the payee has answered on it. */
  isKnown: boolean
  /** Resolves once what became of earlier requests has been asked. */
  settling: Promise<void> = Promise.resolve()
  /** Why nothing new is bought on it. */
  over: Error | undefined
  /** Aborts once V was declined on its way: the payee will never see it. */
  readonly gone = new AbortController()

  constructor({ payer, facts, key, mark, isRestored, changed }: PayerTabOptions) {
    this.facts = facts
    this.key = key
    this.#payer = payer
    this.#changed = changed
    this.#count = mark.count
    this.#voucher = mark.voucher
    this.#signed = mark.voucher.amount
    this.#lastTime = mark.lastTime
    this.epoch = mark.epoch
    this.#isRestored = isRestored
    this.isKnown = isRestored
  }

  get mark(): TabMark {
    return { count: this.#count, voucher: this.#voucher, lastTime: this.#lastTime, epoch: this.epoch }
  }

  /** What was received, base units. */
  get count(): bigint {
    return this.#count
  }

  /** The highest voucher that is at hand. */
  get voucher(): TabRequest['voucher'] {
    return this.#voucher
  }

  /** What it can still pay beside what requests under way may charge. */
  get rest(): bigint {
    let held = this.#advance
    for (const { isOpen, limit, charged } of this.calls.values()) if (isOpen) held += limit - charged
    return this.facts.terms.capacity - highest(this.#count, this.#signed) - held
  }

  get isBusy(): boolean {
    return this.#openCalls() > 0
  }

  /** The time before which all of its requests are settled. */
  get settled(): number {
    let oldest = this.#lastTime
    for (const { time } of this.calls.values()) oldest = Math.min(oldest, time)
    return oldest
  }

  /** Begins a request. @param now Unix milliseconds. */
  begin(id: string, limit: bigint, now: number, isKept: boolean): PayerCall {
    this.#lastTime = Math.max(now, this.#lastTime)
    this.begun += 1
    const call = { id, time: this.#lastTime, epoch: this.epoch, limit, charged: 0n, isOpen: true, isKept }
    this.calls.set(id, call)
    return call
  }

  /** Ids get no time before this one. */
  raiseTime(time: number): void {
    this.#lastTime = Math.max(this.#lastTime, time)
  }

  /** What a request has charged so far, by this side's count. It is paid soon. */
  charge(call: PayerCall, charged: bigint): void {
    if (charged === call.charged) return
    this.#count += charged - call.charged
    call.charged = charged
    this.#changed()
    this.pay()
  }

  /** Takes over the payee's count where it is lower: of what was counted as charged without an answer, it charged less. */
  lower(total: bigint): void {
    if (total >= this.#count) return
    this.#count = total
    this.#changed()
  }

  /** A request is settled. */
  end(call: PayerCall): void {
    call.isOpen = false
    if (!call.isKept) this.calls.delete(call.id)
  }

  /** A request is not asked for again. */
  forget(call: PayerCall): void {
    call.isKept = false
    if (!call.isOpen) this.calls.delete(call.id)
  }

  /** Signs what was received, soon. */
  pay(): void {
    this.#work ??= this.#run()
  }

  /** Signs an amount beyond what was received, for a request that is paid before it is begun. Undone by the function returned. */
  async advance(amount: bigint): Promise<() => void> {
    this.#advance += amount
    let isHeld = true
    const release = () => {
      if (isHeld) this.#advance -= amount
      isHeld = false
    }
    try {
      await this.paidUp()
      return release
    } catch (error) {
      release()
      throw error
    }
  }

  /** Resolves once all that is due is signed. @throws what {@link TabPayer.sign} rejects with. */
  async paidUp(): Promise<void> {
    while (this.#due > this.#signed) {
      if (this.#failure !== undefined) throw this.#failure
      this.pay()
      await this.#work
    }
  }

  /** Signs all that was received, also on a tab on which nothing new is bought. */
  async lastPayment(): Promise<void> {
    await this.#work
    if (this.#count > this.#signed) await this.#sign(this.#count)
  }

  /**
   * Looks at what the payee counts. After a restart this side may be behind by what it received last: then the payee's count is taken
   * over, once, if it is no more than a window above.
   *
   * @throws TabError `TAB_COUNT_APART` where the payee counts what it cannot have delivered.
   */
  compare({ total, charged }: TabStanding, call: PayerCall): void {
    const { window } = this.facts
    const signed = highest(this.#signed, this.#count)
    if (total > signed + window) {
      throw new TabError('TAB_COUNT_APART', { theirs: total, own: this.#count, allowed: window })
    }
    if (!this.#isRestored || this.#openCalls() > 1) return
    this.#isRestored = false
    const behind = total - charged - (this.#count - call.charged)
    if (behind <= 0n || behind > window) return
    this.#count += behind
    this.#changed()
    this.pay()
  }

  #openCalls(): number {
    return [...this.calls.values()].filter(({ isOpen }) => isOpen).length
  }

  get #due(): bigint {
    return this.#count + this.#advance
  }

  async #sign(amount: bigint): Promise<void> {
    const signature = await this.#payer.sign(this.facts.virtualId, amount)
    this.#signed = amount
    if (signature !== undefined) this.#voucher = { amount, signature }
    this.#changed()
  }

  async #run(): Promise<void> {
    // What comes in one go is signed once.
    await undefined
    try {
      while (this.#failure === undefined && this.#due > this.#signed) await this.#sign(this.#due)
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error))
      this.over ??= this.#failure
    } finally {
      this.#work = undefined
    }
  }
}
