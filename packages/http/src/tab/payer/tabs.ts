import { type Address, highest, type Id, lowest, SluiceError, type VirtualTerms } from '@sluice/protocol'
import { HttpError } from '../../errors.ts'
import { asAddress, asAmount, asHex, asInteger, asObject, asText } from '../../headers/fields.ts'
import { readTerms, termsToJson } from '../../headers/payment-signature.ts'
import type { Timers } from '../../ports.ts'
import { TabError } from '../errors.ts'
import { Journal, type TabRecords } from '../records.ts'
import { tabKey } from '../wire/mac.ts'
import type { TabOffer } from '../wire/offer.ts'
import { isFixed } from '../wire/price.ts'
import { PayerTab, type TabFacts, type TabMark, type TabPayer } from './payer-tab.ts'

export interface TabsOptions {
  readonly payer: TabPayer
  readonly records: TabRecords
  readonly timers: Timers
  /** Unix milliseconds. */
  readonly now: () => number
  /** A tab that is used by nobody for so long is closed, milliseconds. */
  readonly idle: number
  /** Called with what fails behind a request: a tab that could not be closed, or a record not written. */
  readonly onError: (error: unknown) => void
}

/** What a new tab is opened for. */
export interface WantedTab {
  readonly offer: TabOffer
  /** Whether the offer's words are trusted with addresses in this machine's network. */
  readonly isLocal: boolean
  /** Most that the request may charge. */
  readonly limit: bigint
  /** Most that the caller lets any request charge. */
  readonly most: bigint
  /** Most that may be spent on the payee now; undefined for no such rule. */
  readonly left: bigint | undefined
}

const TAB = 'tab/'
/** A new tab holds so many requests like the first one, where the payer's channel and rules allow. */
const REQUESTS = 4096n
/** And at least so many: more of them where each costs the same, and fewer where the limit of one is hardly ever reached. */
const REQUESTS_LEAST = 16n
const FIXED_LEAST = 256n
/** The share of a tab's capacity that is left when the next one is opened. */
const REFILL = 4n
const FIRST_PAYMENT = 1n
/** How long the end waits for tabs to be closed, milliseconds: one whose payee does not answer ends by its lifetime. */
const CLOSE_PATIENCE = 10_000
/** Of a tab's life, the share that is left when a new one takes over. */
const LAST_PART = 4

/** The tabs of one payer: one for each payee and token, and a fresh one when it is used up. */
export class Tabs {
  readonly #options: TabsOptions
  readonly #journal: Journal
  readonly #tabs = new Map<Id, PayerTab>()
  readonly #opening = new Map<string, Promise<unknown>>()
  readonly #idle = new Map<Id, () => void>()
  readonly #closing = new Set<Promise<void>>()

  constructor(options: TabsOptions) {
    this.#options = options
    this.#journal = new Journal(options.records, options.onError)
  }

  get all(): readonly PayerTab[] {
    return [...this.#tabs.values()]
  }

  /** Where what goes on is kept beside the tabs. */
  get journal(): Journal {
    return this.#journal
  }

  /** Takes up tabs that were kept. One that cannot be read is left to its lifetime. */
  restore(key: string, value: unknown): void {
    if (!key.startsWith(TAB)) return
    try {
      this.#restore(asHex(key.slice(TAB.length), 'record', 32), value)
    } catch (error) {
      this.#options.onError(error)
      this.#journal.put(key, undefined)
    }
  }

  /** A tab with the payee that can pay for the request: one that is open, or a new one. One at a time is opened for a payee. */
  async use(wanted: WantedTab): Promise<PayerTab> {
    const { signer, asset } = wanted.offer
    const name = `${signer}/${asset}`
    for (;;) {
      const found = this.#find(wanted)
      if (found !== undefined) {
        this.#refill(name, wanted, found)
        return this.#used(found)
      }
      const before = this.#opening.get(name)
      if (before === undefined) return this.#used(await this.#openAlone(name, wanted))
      await before
    }
  }

  /** Nothing new is bought on a tab; it is closed once its requests are over. */
  retire(tab: PayerTab, error: Error): void {
    tab.over ??= error
    this.released(tab)
  }

  /** A request on a tab is over. */
  released(tab: PayerTab): void {
    const { virtualId } = tab.facts
    if (tab.isBusy || !this.#tabs.has(virtualId)) return
    if (tab.over !== undefined || this.#isOld(tab)) {
      this.#close(tab)
      return
    }
    this.#idle.get(virtualId)?.()
    this.#idle.set(
      virtualId,
      this.#options.timers.after(
        this.#options.idle,
        () => {
          if (!tab.isBusy) this.#close(tab)
        },
        true,
      ),
    )
  }

  /** Pays what is due on all tabs, and gives the rest back. Those on which requests are under way are closed once these are over. */
  async closeAll(): Promise<void> {
    const all = this.all
    for (const tab of all) this.retire(tab, new TabError('TAB_REFUSED', { reason: 'it is closed' }))
    await Promise.all(all.map(({ settling }) => settling))
    await Promise.all(this.#closing)
  }

  /** Ends all. Tabs that are kept over a restart stay open, the others are closed. */
  async stop(): Promise<void> {
    for (const cancel of this.#idle.values()) cancel()
    for (const tab of this.all) {
      if (this.#options.records.isDurable && tab.over === undefined) await tab.paidUp().catch(this.#options.onError)
      else this.#close(tab)
    }
    await this.#patience(Promise.all(this.#closing))
    await this.#journal.flushed()
  }

  /** Waits for what others have a part in, but not for ever. */
  #patience(work: Promise<unknown>): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#options.timers.after(CLOSE_PATIENCE, resolve)
      void work.then(() => {
        cancel()
        resolve()
      })
    })
  }

  #find(wanted: WantedTab): PayerTab | undefined {
    return this.all.find((tab) => this.#fits(tab, wanted))
  }

  #fits(tab: PayerTab, { offer, limit }: WantedTab): boolean {
    const { payee, payeeKey, token } = tab.facts
    const isOf = payee === offer.signer && payeeKey === offer.key && token === offer.asset
    return isOf && tab.over === undefined && !this.#isOld(tab) && tab.rest >= limit
  }

  /** Opens the next tab before this one is used up. */
  #refill(name: string, wanted: WantedTab, { rest, facts }: PayerTab): void {
    if (rest >= facts.terms.capacity / REFILL || this.#opening.has(name)) return
    const next = this.all.some((tab) => this.#fits(tab, wanted) && tab.rest >= tab.facts.terms.capacity / REFILL)
    if (!next) this.#openAlone(name, wanted).then((tab) => this.released(tab), this.#options.onError)
  }

  #isOld({ facts: { retiresAt } }: PayerTab): boolean {
    return retiresAt !== undefined && this.#options.now() / 1000 >= retiresAt
  }

  #used(tab: PayerTab): PayerTab {
    this.#idle.get(tab.facts.virtualId)?.()
    this.#idle.delete(tab.facts.virtualId)
    return tab
  }

  async #openAlone(name: string, wanted: WantedTab): Promise<PayerTab> {
    const opening = this.#openLargest(wanted)
    const settled = opening.catch(() => undefined)
    this.#opening.set(name, settled)
    try {
      return await opening
    } finally {
      this.#opening.delete(name)
    }
  }

  /** Opens a tab for many requests, or for fewer where the payer's channel does not hold so much. */
  async #openLargest(wanted: WantedTab): Promise<PayerTab> {
    const { offer, limit, most, left } = wanted
    const least = limit * (isFixed(offer.price) ? FIXED_LEAST : REQUESTS_LEAST)
    const large = highest(least, lowest(most, limit * REQUESTS))
    const capacity = highest(limit, left === undefined ? large : lowest(large, left))
    try {
      return await this.#open(wanted, capacity)
    } catch (error) {
      if (!(error instanceof SluiceError) || error.code !== 'PATH_TOO_SMALL' || capacity === limit) throw error
      return this.#open(wanted, limit)
    }
  }

  async #open({ offer, isLocal }: WantedTab, capacity: bigint): Promise<PayerTab> {
    const { payer } = this.#options
    const first = lowest(FIRST_PAYMENT, capacity)
    await payer.prepare?.(offer.key, offer.signer)
    const {
      virtualId,
      terms,
      first: signed,
      until,
    } = await payer.open({
      payee: offer.signer,
      payeeAccount: offer.payTo,
      hubs: offer.hubs,
      token: offer.asset,
      capacity,
      first,
      ...(offer.url !== undefined && { payeeUrl: offer.url, payeeUrlPublicOnly: !isLocal }),
    })
    const facts: TabFacts = {
      virtualId,
      terms,
      payee: offer.signer,
      payeeKey: offer.key,
      token: offer.asset,
      window: offer.window,
      retiresAt: until === undefined ? undefined : this.#retiring(until),
    }
    const voucher = { amount: signed.voucher.amount, signature: signed.signature }
    return this.#add(facts, { count: 0n, voucher, lastTime: this.#options.now(), epoch: offer.epoch }, false)
  }

  #retiring(until: number): number {
    const now = Math.floor(this.#options.now() / 1000)
    return until - Math.max(0, Math.floor((until - now) / LAST_PART))
  }

  #add(facts: TabFacts, mark: TabMark, isRestored: boolean): PayerTab {
    const { payer } = this.#options
    const { virtualId, payee, payeeKey } = facts
    const key = tabKey(payer, payeeKey, payee, virtualId)
    if (key === undefined)
      throw new HttpError('FIELD_INVALID', { field: 'tab.key', expected: 'the public key of signer' })
    const changed = () => this.#keep(tab)
    const tab: PayerTab = new PayerTab({ payer, facts, key, mark, isRestored, changed })
    this.#tabs.set(virtualId, tab)
    this.#keep(tab)
    if (!isRestored) this.#watch(tab)
    return tab
  }

  /** One that a hub declines is given up at once: nobody waits until its payee does. */
  #watch(tab: PayerTab): void {
    const { virtualId } = tab.facts
    const end = this.#options.payer.onDeclined?.(virtualId, (code) => {
      tab.over ??= new TabError('TAB_DECLINED', { virtualId, code })
      tab.gone.abort(tab.over)
      this.#idle.get(virtualId)?.()
      this.#idle.delete(virtualId)
      this.#tabs.delete(virtualId)
      this.#journal.put(TAB + virtualId, undefined)
      end?.()
    })
  }

  #keep(tab: PayerTab): void {
    if (this.#tabs.get(tab.facts.virtualId) !== tab) return
    const { virtualId, terms, window, ...facts } = tab.facts
    const { count, voucher, ...mark } = tab.mark
    this.#journal.put(TAB + virtualId, {
      ...facts,
      ...mark,
      terms: termsToJson(terms),
      window: String(window),
      count: String(count),
      amount: String(voucher.amount),
      signature: voucher.signature,
    })
  }

  #restore(virtualId: Id, value: unknown): void {
    const fields = asObject(value, 'record')
    const terms: VirtualTerms = readTerms(asObject(fields.terms, 'terms'))
    const safe = Number.MAX_SAFE_INTEGER
    const payee: Address = asAddress(fields.payee, 'payee')
    const facts: TabFacts = {
      virtualId,
      terms,
      payee,
      payeeKey: asHex(fields.payeeKey, 'payeeKey', 65),
      token: asAddress(fields.token, 'token'),
      window: asAmount(fields.window, 'window'),
      retiresAt: fields.retiresAt === undefined ? undefined : asInteger(fields.retiresAt, 'retiresAt', safe),
    }
    const voucher = { amount: asAmount(fields.amount, 'amount'), signature: asHex(fields.signature, 'signature', 65) }
    const lastTime = asInteger(fields.lastTime, 'lastTime', safe)
    const mark = { count: asAmount(fields.count, 'count'), voucher, lastTime, epoch: asText(fields.epoch, 'epoch', 32) }
    const tab = this.#add(facts, mark, true)
    tab.pay()
    this.released(tab)
  }

  /** Pays what is due, gives the rest back, and forgets the tab. */
  #close(tab: PayerTab): void {
    const { virtualId } = tab.facts
    if (!this.#tabs.delete(virtualId)) return
    tab.over ??= new TabError('TAB_REFUSED', { reason: 'it is closed' })
    this.#idle.get(virtualId)?.()
    this.#idle.delete(virtualId)
    const { payer, onError } = this.#options
    const closing = tab
      .lastPayment()
      .then(() => payer.close(virtualId))
      .catch(onError)
      .finally(() => {
        this.#journal.put(TAB + virtualId, undefined)
        this.#closing.delete(closing)
      })
    this.#closing.add(closing)
  }
}
