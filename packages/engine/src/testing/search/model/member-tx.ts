import {
  type Address,
  type ChannelRecord,
  FEATURES,
  type Feature,
  type Id,
  isLiveChannel,
  type ReliableMessage,
  SluiceError,
  type VirtualRecord,
} from '@sluice/protocol'
import { virtualKeeper } from '../../../locks/keeper.ts'
import type { ChainReader } from '../../../ports/chain-view.ts'
import type { Environment } from '../../../ports/environment.ts'
import type {
  Acknowledged,
  EndStage,
  Offer,
  PublishedPolicy,
  Standing,
  Table,
  ToldPrice,
  Tx,
  Unfunded,
  UsedIds,
} from '../../../ports/tx.ts'
import { namesOf, virtualNames } from '../../../records/virtual-names.ts'
import { NOW } from './scene.ts'

/** Milliseconds at which events run: what the newest block says. */
export const nowOf = ({ head }: ChainReader): number => Number(head?.timestamp ?? NOW) * 1000

/** All that an honest party remembers. Never changed: an event makes another one. */
export interface MemberState {
  readonly channels: readonly ChannelRecord[]
  readonly virtuals: readonly VirtualRecord[]
  readonly offers: readonly Offer[]
  readonly usedIds: readonly Id[]
  /** What neighbours left of what was folded for them, by channel, base units. */
  readonly left: readonly (readonly [Id, bigint])[]
  /** What it signed as payments without a virtual channel, refused ones included, base units. */
  readonly paid: bigint
  /** What it signed, as a payer, or accepted, as a payee, over virtual channels that it has forgotten: for the judge alone. Base units, as `balanceOf`. */
  readonly forgotten: bigint
}

/** A message that leaves with an event. */
export interface Sent {
  readonly to: Address
  readonly message: ReliableMessage
}

/** The records of one kind while an event runs. */
class Records<K extends string, R> implements Table<K, R> {
  readonly #now: Map<K, R>
  readonly size: number

  constructor(entries: Iterable<readonly [K, R]>) {
    this.#now = new Map(entries)
    this.size = this.#now.size
  }

  get(key: K): R | undefined {
    return this.#now.get(key)
  }

  set(key: K, record: R | undefined): void {
    if (record === undefined) this.#now.delete(key)
    else this.#now.set(key, record)
  }

  entries(): IterableIterator<readonly [K, R]> {
    return this.#now.entries()
  }

  /** In the order of their keys, so that the order of what happened leaves no trace. */
  all(): readonly R[] {
    return [...this.#now].sort(([x], [y]) => (x < y ? -1 : 1)).map(([, record]) => record)
  }
}

/** A transaction over what one party remembers: what the flows of the engine run in, without a disk, sessions or time. */
export class MemberTx implements Tx {
  /** An act may bring other random bytes. */
  env: Environment
  readonly now: number
  /** Whether sessions with its neighbours stand while the event runs. */
  isConnected = true
  readonly chain: ChainReader
  readonly channels: Records<Id, ChannelRecord>
  readonly virtuals: Records<Id, VirtualRecord>
  readonly offers: Records<Id, Offer>
  readonly acknowledged = new Records<Id, Acknowledged>([])
  readonly policies = new Records<Address, PublishedPolicy>([])
  readonly told = new Records<Address, ToldPrice>([])
  readonly unfunded = new Records<Id, Unfunded>([])
  /** Only what was left is of consequence: there are no fees and slots enough. */
  readonly standings: Records<Id, Standing>
  readonly usedIds: UsedIds
  readonly locks = virtualKeeper
  readonly sent: Sent[] = []
  paid: bigint
  forgotten: bigint
  readonly #before: MemberState
  readonly #used: Set<Id>
  readonly #ends: Readonly<Record<EndStage, Map<string, (tx: Tx) => void>>> = { process: new Map(), sign: new Map() }

  constructor(env: Environment, chain: ChainReader, state: MemberState) {
    this.#before = state
    this.now = nowOf(chain)
    this.env = env
    this.chain = chain
    this.channels = new Records(state.channels.map((one) => [one.channelId, one]))
    this.virtuals = new Records(state.virtuals.map((one) => [one.virtualId, one]))
    this.offers = new Records(state.offers.map((one) => [one.virtualId, one]))
    this.standings = new Records(state.left.map(([channelId, left]) => [channelId, standingOf(channelId, left)]))
    this.paid = state.paid
    this.forgotten = state.forgotten
    this.#used = new Set(state.usedIds)
    this.usedIds = { has: (id) => this.#used.has(id), add: (id) => this.#used.add(id) }
  }

  /** Runs all that was left for the end of the batch. */
  finish(): void {
    for (let next = this.#takeEnd(); next !== undefined; next = this.#takeEnd()) next(this)
  }

  /** What it remembers from now on: the very same state if nothing changed. */
  state(): MemberState {
    const before = this.#before
    const channels = same(before.channels, this.channels.all())
    const virtuals = same(before.virtuals, this.virtuals.all())
    const offers = same(before.offers, this.offers.all())
    const usedIds = same(before.usedIds, [...this.#used].sort())
    const left = sameLeft(before.left, this.standings.all())
    const { paid, forgotten } = this
    const isSame =
      channels === before.channels &&
      virtuals === before.virtuals &&
      offers === before.offers &&
      usedIds === before.usedIds &&
      left === before.left &&
      paid === before.paid &&
      forgotten === before.forgotten
    return isSame ? before : { channels, virtuals, offers, usedIds, left, paid, forgotten }
  }

  channelsWith(peer: Address): readonly Id[] {
    return this.channels.all().flatMap((channel) => (channel.peer === peer ? [channel.channelId] : []))
  }

  isDepositing(): boolean {
    return false
  }

  takenFrom(previous: Address): number {
    return this.#named(virtualNames.takenFrom(previous)).length
  }

  writtenOffFrom(previous: Address): number {
    return this.#named(virtualNames.writtenOffFrom(previous)).length
  }

  holdsVirtuals(channelId: Id): boolean {
    return this.virtualsOn(channelId).length > 0
  }

  virtualsOn(channelId: Id): readonly Id[] {
    return this.#named(virtualNames.on(channelId))
  }

  virtualsWaitingFor(channelId: Id): readonly Id[] {
    return this.#named(virtualNames.waitingFor(channelId))
  }

  virtualsReceivedFor(next: Address): readonly Id[] {
    return this.#named(virtualNames.receivedFor(next))
  }

  virtualsPaidTo(payee: Address): readonly Id[] {
    return this.#named(virtualNames.paidTo(payee))
  }

  earlyOffers(from?: Address): number {
    const early = this.offers.all().filter((one) => one.from !== undefined)
    return early.filter((one) => from === undefined || one.from === from).length
  }

  liveChannels(peer?: Address): number {
    const live = this.channels.all().filter(({ phase }) => isLiveChannel(phase))
    return live.filter((one) => peer === undefined || one.peer === peer).length
  }

  /** In a search the policy names it itself, base units: with nothing named, who may call, calls. */
  get enforcementCost(): bigint {
    return BigInt(this.env.policy.worthMin)
  }

  liveVirtuals(): number {
    return this.virtuals.all().filter(({ phase }) => phase.type !== 'closed' && phase.type !== 'returning').length
  }

  returningVirtuals(): number {
    return this.virtuals.all().filter(({ phase }) => phase.type === 'returning').length
  }

  dropDeposits(): void {}

  send(to: Address, message: ReliableMessage): void {
    this.sent.push({ to, message })
  }

  canSend(): boolean {
    return true
  }

  /** What may be lost is not sent: the search lets a payee be offered any voucher that was signed, at any time. */
  volatile(): void {}

  connected(): boolean {
    return this.isConnected
  }

  commonFeatures(): readonly Feature[] {
    return FEATURES
  }

  reach(): void {}

  forgetPeer(): void {}

  notify(): void {}

  atEnd(stage: EndStage, key: string, run: (tx: Tx) => void): void {
    if (!this.#ends[stage].has(key)) this.#ends[stage].set(key, run)
  }

  wake(): void {}

  afterCommit(): void {}

  #named(name: string): readonly Id[] {
    return this.virtuals.all().flatMap((record) => (namesOf(record).includes(name) ? [record.virtualId] : []))
  }

  #takeEnd(): ((tx: Tx) => void) | undefined {
    for (const stage of ['process', 'sign'] as const) {
      const next = this.#ends[stage].entries().next()
      if (next.done) continue
      const [key, run] = next.value
      this.#ends[stage].delete(key)
      return run
    }
    return undefined
  }
}

const standingOf = (channelId: Id, left: bigint): Standing => {
  return { channelId, earned: 0n, inTime: 0n, late: 0n, left, at: NOW }
}

function sameLeft(before: MemberState['left'], standings: readonly Standing[]): MemberState['left'] {
  const after = standings.flatMap(({ channelId, left }) => (left > 0n ? [[channelId, left] as const] : []))
  const isSame =
    after.length === before.length && before.every(([id, left], i) => after[i]?.[0] === id && after[i][1] === left)
  return isSame ? before : after
}

function same<T>(before: readonly T[], after: readonly T[]): readonly T[] {
  return before.length === after.length && before.every((one, i) => one === after[i]) ? before : after
}

/** What an event came to. */
export interface Outcome {
  readonly state: MemberState
  readonly sent: readonly Sent[]
}

/**
 * Runs one event as a batch of its own: all of it or, where it is refused, none.
 *
 * @returns Undefined if it was refused with one of the project's own errors. Any other error is a fault of the node, and thrown.
 */
export function runEvent(
  env: Environment,
  chain: ChainReader,
  state: MemberState,
  run: (tx: MemberTx) => void,
): Outcome | undefined {
  const tx = new MemberTx(env, chain, state)
  try {
    run(tx)
    tx.finish()
  } catch (error) {
    if (error instanceof SluiceError) return undefined
    throw error
  }
  return { state: tx.state(), sent: tx.sent }
}
