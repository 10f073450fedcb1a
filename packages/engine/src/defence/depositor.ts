import { type ChannelTerms, type Id, NATIVE_TOKEN } from '@sluice/protocol'
import { proposeOnceFunded } from '../channels/propose.ts'
import type { Loop } from '../loop/loop.ts'
import type { Transaction } from '../loop/transaction.ts'
import type { Chain, PreparedTransaction } from '../ports/chain.ts'
import type { DepositRecord } from '../records/deposit.ts'
import type { Sender } from './sending/sender.ts'

export interface DepositorOptions {
  readonly chain: Chain
  readonly sender: Sender
  readonly loop: Loop
  readonly tx: Transaction
  /** Runs after so many milliseconds; the function returned ends the wait. */
  readonly after: (milliseconds: number, run: () => void) => () => void
}

/** How long the other calls wait until a signed deposit is stored, milliseconds. */
const STORE_MS = 10_000

/**
 * Makes deposits, each exactly once: the transaction is signed with a fixed account nonce and durable before it is sent, and the
 * same one is sent again until a final block holds it. Only when its nonce was finally used by another, and final blocks show no more
 * money in the channel than before, is a new one signed. A channel's deposits are made one after the other, so that it is known whose money that is.
 */
export class Depositor {
  readonly #options: DepositorOptions
  readonly #busy = new Set<string>()
  /** Block at which a deposit's nonce was first seen used by another transaction. */
  readonly #dropped = new Map<string, bigint>()
  /** Deposits that a block holds, which their peers were told. */
  readonly #shown = new Set<string>()
  #isStopped = false

  constructor(options: DepositorOptions) {
    this.#options = options
  }

  stop(): void {
    this.#isStopped = true
  }

  /** Looks where every deposit stands: at each block, and when one is asked for. */
  look(): void {
    for (const [key, record] of this.#options.tx.state.deposits.allCommitted()) {
      if (this.#busy.has(key) || this.#isStopped || record.failed !== undefined) continue
      this.#busy.add(key)
      void this.#advance(key, record).finally(() => this.#busy.delete(key))
    }
  }

  async #advance(key: string, record: DepositRecord): Promise<void> {
    const { tx, chain } = this.#options
    const channel = tx.state.channels.committed(record.channelId)
    if (channel?.phase.type === 'proposed') return
    try {
      if (channel === undefined) return await this.#set(key, undefined)
      if (record.prepared === undefined) await this.#make(key, record, channel.terms)
      else if (this.#isMade(record)) await this.#end(key, record)
      else await this.#follow(key, record, record.prepared, await chain.status(record.prepared))
    } catch (error) {
      tx.env.log.warn('deposit waits', { channelId: record.channelId, error: String(error) })
    }
  }

  /** Before its turn to be signed: no other call waits for what a deposit needs. Returns whether it may go on. */
  async #allow(key: string, record: DepositRecord, terms: ChannelTerms): Promise<boolean> {
    const { party, amount } = record
    try {
      await this.#options.chain.allow?.({ type: 'deposit', terms, party, amount })
      return true
    } catch (error) {
      await this.#fail(key, record, reasonOf(error))
      return false
    }
  }

  async #make(key: string, record: DepositRecord, terms: ChannelTerms): Promise<void> {
    if (!(await this.#allow(key, record, terms))) return
    const { loop, sender } = this.#options
    // Nothing is signed while the store takes nothing.
    await loop.write(() => {})
    const problem = await sender.run(() => this.#sign(key, record))
    if (problem !== undefined) await this.#fail(key, record, problem)
  }

  /** Other calls wait meanwhile. Returns why it can not be made, where it can not. */
  async #sign(key: string, record: DepositRecord): Promise<string | undefined> {
    const { tx, chain, loop } = this.#options
    const channel = tx.state.channels.committed(record.channelId)
    if (this.#isStopped || channel === undefined || this.#isAnotherSigned(key, record)) return undefined
    const { party, amount } = record
    const before = this.#total(record)
    let prepared: PreparedTransaction
    try {
      const { cost: _, ...signed } = await chain.prepare({ type: 'deposit', terms: channel.terms, party, amount })
      prepared = signed
    } catch (error) {
      return reasonOf(error)
    }
    if (!(await this.#store(key, { ...record, prepared, before }))) return undefined
    await chain.broadcast(prepared)
    loop.post({
      run: () => tx.notify({ type: 'transaction', call: 'deposit', hash: prepared.hash, status: 'sent' }),
    })
    return undefined
  }

  /**
   * Stores what is signed. Returns whether it may be sent: not where that takes longer than other calls can wait. What is stored after that is sent when it
   * is looked at again; what was not even tried by then is never stored.
   */
  #store(key: string, record: DepositRecord): Promise<boolean> {
    const { loop, tx, after } = this.#options
    return new Promise((resolve, reject) => {
      let isGivenUp = false
      let isSet = false
      const cancel = after(STORE_MS, () => {
        isGivenUp = true
        resolve(false)
      })
      const set = () => {
        const now = tx.state.deposits.get(key)
        isSet = !isGivenUp && now !== undefined && now.prepared === undefined
        if (isSet) tx.state.deposits.set(key, record)
      }
      loop
        .write(set)
        .finally(cancel)
        .then(() => resolve(isSet), reject)
    })
  }

  async #follow(
    key: string,
    record: DepositRecord,
    prepared: PreparedTransaction,
    found: Awaited<ReturnType<Chain['status']>>,
  ): Promise<void> {
    const { tx, chain } = this.#options
    const final = tx.chain.final?.number ?? 0n
    if (found.status !== 'dropped') this.#dropped.delete(key)
    if (found.status !== 'included') this.#shown.delete(key)
    if (found.status === 'pending') await chain.broadcast(prepared)
    else if (found.status === 'dropped') await this.#replace(key, record, final)
    else if (found.block > final && found.success) await this.#show(key, record)
    else if (found.block > final) return
    else if (found.success) await this.#end(key, record)
    else await this.#fail(key, record, record.before === undefined ? unclear(record) : 'the transaction reverted')
  }

  /** A block holds the transaction: it may take long to be final, longer than a peer that forgot the channel for want of it may agree to its id. */
  async #show(key: string, { channelId }: DepositRecord): Promise<void> {
    if (this.#shown.has(key)) return
    this.#shown.add(key)
    const { loop, tx } = this.#options
    await loop.write(() => proposeOnceFunded(tx, channelId))
  }

  /** What final blocks show as the party's deposits into the channel, base units. */
  #total({ channelId, party }: DepositRecord): bigint {
    return this.#options.tx.chain.channel(channelId).deposits[party]
  }

  /** Whether final blocks show the money, whatever an endpoint says of the transaction. */
  #isMade(record: DepositRecord): boolean {
    return record.before !== undefined && this.#total(record) >= record.before + record.amount
  }

  /** Whether it is known that nothing of it arrived. Of a token, less may arrive than was sent. */
  #isMissing(record: DepositRecord): boolean {
    if (record.before === undefined) return false
    const terms = this.#options.tx.state.channels.committed(record.channelId)?.terms
    return terms?.token === NATIVE_TOKEN || this.#total(record) === record.before
  }

  /** Whether another deposit into the channel is signed, and not known to be made or lost. */
  #isAnotherSigned(key: string, { channelId }: DepositRecord): boolean {
    for (const [other, record] of this.#options.tx.state.deposits.allCommitted()) {
      if (other === key || record.channelId !== channelId) continue
      if (record.prepared !== undefined && record.failed === undefined) return true
    }
    return false
  }

  /** A final block holds it. */
  async #end(key: string, record: DepositRecord): Promise<void> {
    await this.#set(key, undefined)
    this.#shown.delete(key)
    const { loop, tx } = this.#options
    await loop.write(() => proposeOnceFunded(tx, record.channelId))
  }

  /** Forgets a transaction whose nonce was used by another, once no reorg can bring it back. */
  async #replace(key: string, record: DepositRecord, final: bigint): Promise<void> {
    const head = this.#options.tx.chain.head?.number ?? 0n
    const since = this.#dropped.get(key) ?? head
    this.#dropped.set(key, since)
    if (final < since || final === 0n) return
    this.#dropped.delete(key)
    if (!this.#isMissing(record)) return this.#fail(key, record, unclear(record))
    const { prepared: _, before: __, ...rest } = record
    await this.#set(key, rest)
  }

  #fail(key: string, record: DepositRecord, failed: string): Promise<void> {
    return this.#set(key, { ...record, failed })
  }

  async #set(key: string, record: DepositRecord | undefined): Promise<void> {
    const { loop, tx } = this.#options
    const before = tx.state.deposits.committed(key)
    await loop.write(() => {
      tx.state.deposits.set(key, record)
      if (before !== undefined) tx.wake(before.channelId satisfies Id)
    })
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Why a deposit is given up of which nobody knows whether it was made. */
const unclear = ({ prepared, amount }: DepositRecord): string =>
  `its transaction ${prepared?.hash} is in no block that is shown, and its nonce was used: the ${amount} may have moved or not, so look it up in a block explorer first`
