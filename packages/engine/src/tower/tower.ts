import {
  type Address,
  bytesToHex,
  type Cipher,
  type Crypto,
  type Digests,
  decodeVirtualItem,
  highest,
  holdingProof,
  type Id,
  openItem,
  readTowerRequest,
  type TowerAnswer,
  type TowerRequest,
  type VirtualItem,
  virtualHint,
  virtualItemKey,
} from '@sluice/protocol'
import type { Goal } from '../defence/goals/goal.ts'
import type { Guard, GuardedCost } from '../defence/guard.ts'
import type { Policy } from '../policy/policy.ts'
import type { ChainReader } from '../ports/chain-view.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { Store, Write } from '../ports/store.ts'
import { checkItem, seqIn } from './check-item.ts'
import {
  accountWrite,
  type Client,
  countedWrite,
  itemBytes,
  itemWrite,
  loadClients,
  newClient,
  setItem,
} from './clients.ts'
import { TowerError } from './errors.ts'
import { channelGoals, type GoalParts, virtualGoals } from './tower-goals.ts'

/** What bounds what a tower keeps for one client. */
export interface TowerLimits {
  readonly items: number
  readonly bytes: number
}

export const TOWER_LIMITS: TowerLimits = { items: 10_000, bytes: 16 * 1024 * 1024 }

/** By how much a request's number may be off this clock, milliseconds. */
const NUMBER_OFF_MAX = 600_000n

/** Most goals whose clients are remembered. */
const OWNERS_MAX = 10_000

export interface TowerOptions {
  /** The signer that pays for calls and is paid for them. */
  readonly signer: Address
  readonly store: Store
  readonly crypto: Crypto
  readonly digests: Digests
  readonly cipher: Cipher
  readonly policy: Policy
  readonly clock: Clock
  readonly log: Log
  readonly limits?: TowerLimits
}

/** What a tower shows of itself. */
export interface TowerView {
  readonly clients: number
  readonly items: number
  readonly bytes: number
  /** Of all clients together, native base units. */
  readonly balance: bigint
  readonly spent: bigint
}

/**
 * A watchtower: answers on chain for its clients, without their keys, for what they paid beforehand. It can show only what both ends of a channel signed, and redeem only
 * what a payer signed; so the worst that it can do is nothing.
 */
export class Tower implements Guard {
  readonly #options: TowerOptions
  readonly #clients: Map<Address, Client>
  readonly #counted: Map<Id, bigint>
  /** The virtual channels that the chain named and whose items were not, by their hints. */
  readonly #named = new Map<string, Id>()
  /** What was opened, of each client. */
  readonly #opened = new Map<Id, Map<Address, VirtualItem>>()
  /** For whom each goal is, by its name. */
  #owners = new Map<string, Address>()
  /** The newest change; each begins once the one before is over. */
  #turn: Promise<unknown> = Promise.resolve()
  /** Whether the newest commit failed: the store has to say that it takes more. */
  #isStoreBroken = false

  private constructor(options: TowerOptions, clients: Map<Address, Client>, counted: Map<Id, bigint>) {
    this.#options = options
    this.#clients = clients
    this.#counted = counted
  }

  /** Opens a tower on its store. */
  static async open(options: TowerOptions): Promise<Tower> {
    const { clients, counted } = await loadClients(options.store)
    return new Tower(options, clients, counted)
  }

  /**
   * Does what a client asks, and answers once it is durable.
   *
   * @throws TowerError `TOWER_REQUEST_REFUSED`, `TOWER_NOT_PAID`, `TOWER_FULL`, `TOWER_ITEM_INVALID`, `TOWER_ITEM_OLDER`; ProtocolError
   *   `RECORD_VERSION_UNKNOWN`, `RECORD_MALFORMED`.
   */
  async handle(encoded: Uint8Array): Promise<TowerAnswer> {
    const request = readTowerRequest(this.#options, this.#options.signer, encoded)
    if (request === undefined) throw new TowerError('TOWER_REQUEST_REFUSED', { reason: 'its client did not sign it' })
    return this.#inTurn(async () => {
      const client = this.#clientFor(request)
      await this.#take(client, request)
      return this.#answer(client, request)
    })
  }

  #clientFor({ client: address, number, puts }: TowerRequest): Client {
    const client = this.#clients.get(address) ?? newClient(address)
    const now = BigInt(this.#options.clock.now())
    const off = number > now ? number - now : now - number
    if (off > NUMBER_OFF_MAX) {
      throw new TowerError('TOWER_REQUEST_REFUSED', { reason: `its number is off this clock by ${off / 1000n} s` })
    }
    if (number <= client.account.number) {
      throw new TowerError('TOWER_REQUEST_REFUSED', { reason: 'its number is not above those before' })
    }
    if (puts.length > 0 && client.account.balance === 0n) throw new TowerError('TOWER_NOT_PAID', { client: address })
    return client
  }

  /** Checks all, then keeps all: first on the disk, so that it is never said to be held where it is not. */
  async #take(client: Client, { client: address, number, puts, removes }: TowerRequest): Promise<void> {
    const { limits = TOWER_LIMITS } = this.#options
    const checked = puts.map(({ key, value }) => {
      const channel = checkItem(this.#options, address, key, value)
      const held = client.channels.get(key)
      for (const lane of [0, 1] as const) {
        const seq = seqIn(channel, lane)
        if (channel !== undefined && seq < seqIn(held, lane)) {
          throw new TowerError('TOWER_ITEM_OLDER', { key, seq, held: seqIn(held, lane) })
        }
      }
      return { key, value, channel }
    })
    const bytesOf = (key: string, value: Uint8Array | undefined) => (value === undefined ? 0 : itemBytes(key, value))
    const added = checked.reduce(
      (sum, { key, value }) => sum + bytesOf(key, value) - bytesOf(key, client.items.get(key)),
      0,
    )
    const isNew = checked.filter(({ key }) => !client.items.has(key)).length
    if (client.items.size + isNew > limits.items || client.bytes + added > limits.bytes) {
      throw new TowerError('TOWER_FULL', { items: limits.items, bytes: limits.bytes })
    }
    const isKnown = this.#clients.has(address)
    if (!isKnown && client.account.balance === 0n) return
    const account = { ...client.account, number }
    await this.#commit([
      accountWrite(account),
      ...checked.map(({ key, value }) => itemWrite(address, key, value)),
      ...removes.map((key) => itemWrite(address, key, undefined)),
    ])
    client.account = account
    for (const { key, value, channel } of checked) setItem(client, key, value, channel)
    for (const key of removes) setItem(client, key, undefined)
    for (const key of [...checked.map((one) => one.key), ...removes]) this.#reopen(address, key)
  }

  #answer({ account, items }: Client, { list, nonce }: TowerRequest): TowerAnswer {
    const { keccak256 } = this.#options.crypto
    const { balance, spent } = account
    return {
      balance,
      spent,
      ...(list && { hashes: [...items].map(([key, value]) => ({ key, hash: bytesToHex(keccak256(value)) })) }),
      ...(nonce !== undefined && { proof: holdingProof(keccak256, nonce, items) }),
    }
  }

  /** A client's payments over a virtual channel come to `amount`, base units of the native token: what is new of it is for its gas. */
  paid(client: Address, virtualId: Id, amount: bigint): Promise<void> {
    return this.#inTurn(async () => {
      const before = this.#counted.get(virtualId) ?? 0n
      if (amount <= before) return
      const known = this.#clients.get(client) ?? newClient(client)
      const account = { ...known.account, balance: known.account.balance + amount - before }
      await this.#commit([accountWrite(account), countedWrite(virtualId, amount)])
      this.#counted.set(virtualId, amount)
      this.#clients.set(client, known)
      known.account = account
      this.#options.log.info('tower paid', { client, amount: amount - before, balance: account.balance })
    })
  }

  /** What is left of what a client paid, native base units. */
  balanceOf(client: Address): bigint {
    return this.#clients.get(client)?.account.balance ?? 0n
  }

  view(): TowerView {
    const all = [...this.#clients.values()]
    const sum = (read: (client: Client) => bigint) => all.reduce((total, client) => total + read(client), 0n)
    return {
      clients: all.length,
      items: all.reduce((total, { items }) => total + items.size, 0),
      bytes: all.reduce((total, { bytes }) => total + bytes, 0),
      balance: sum(({ account }) => account.balance),
      spent: sum(({ account }) => account.spent),
    }
  }

  named(ids: Iterable<Id>): void {
    const { keccak256 } = this.#options.crypto
    for (const id of ids) {
      const key = virtualItemKey(virtualHint(keccak256, id))
      this.#named.set(key, id)
      for (const client of this.#clients.keys()) this.#reopen(client, key)
    }
  }

  /** An item changed, or the chain named its virtual channel: what can be read of it now is read. */
  #reopen(client: Address, key: string): void {
    const id = this.#named.get(key)
    if (id === undefined) return
    const sealed = this.#clients.get(client)?.items.get(key)
    const item = sealed && this.#open(client, id, sealed)
    const opened = this.#opened.get(id) ?? new Map<Address, VirtualItem>()
    if (item === undefined) opened.delete(client)
    else opened.set(client, item)
    if (opened.size === 0) this.#opened.delete(id)
    else this.#opened.set(id, opened)
  }

  /** What a client sealed may be anything: then nothing is done with it. */
  #open(client: Address, id: Id, sealed: Uint8Array): VirtualItem | undefined {
    const { crypto, cipher, digests, log } = this.#options
    try {
      const plain = openItem(crypto.keccak256, cipher, id, sealed)
      const item = plain && decodeVirtualItem('virtual', plain)
      return item !== undefined && digests.virtualId(item.terms) === id ? item : undefined
    } catch (error) {
      log.warn('tower item unreadable', { client, id, error: String(error) })
      return undefined
    }
  }

  goals(reader: ChainReader): readonly Goal[] {
    const { digests, policy } = this.#options
    const owners = new Map<string, Address>()
    const wanted = new Map<string, Goal>()
    const want = (client: Address, goals: readonly Goal[]) => {
      for (const goal of goals) {
        const name = `${goal.id}/${goal.key}`
        // Of several clients of one channel, the one for whom it may cost most pays.
        if ((wanted.get(name)?.value ?? -1n) >= (goal.value ?? 0n)) continue
        wanted.set(name, goal)
        owners.set(name, client)
      }
    }
    const partsOf = (client: Address): GoalParts => ({ reader, digests, policy, budget: this.balanceOf(client) })
    for (const [client, { channels }] of this.#clients) {
      const parts = partsOf(client)
      for (const item of channels.values()) want(client, channelGoals(parts, client, item))
    }
    for (const opened of this.#opened.values()) {
      for (const [client, item] of opened) want(client, virtualGoals(partsOf(client), item))
    }
    this.#forget(reader)
    // What is under way may not be wanted any more, and is counted all the same.
    this.#owners = this.#owners.size > OWNERS_MAX ? owners : new Map([...this.#owners, ...owners])
    return [...wanted.values()]
  }

  /** A virtual channel that is final, and whose item was not handed over by then, needs none. */
  #forget(reader: ChainReader): void {
    for (const [key, id] of this.#named) {
      if (reader.virtual(id).finalAmount === undefined) continue
      this.#named.delete(key)
      this.#opened.delete(id)
    }
  }

  needs(id: Id): boolean {
    return this.#opened.has(id) || [...this.#clients.values()].some(({ channels }) => channels.has(`channel/${id}`))
  }

  sent(costs: readonly GuardedCost[]): void {
    void this.#inTurn(async () => {
      const spenders = new Set<Client>()
      for (const { goal, cost } of costs) {
        const owner = this.#owners.get(`${goal.id}/${goal.key}`)
        const client = owner && this.#clients.get(owner)
        if (client === undefined) continue
        const { balance, spent } = client.account
        // It is spent, whatever becomes of the disk.
        client.account = { ...client.account, balance: highest(0n, balance - cost), spent: highest(0n, spent + cost) }
        spenders.add(client)
        this.#options.log.info('tower answers', { client: owner, id: goal.id, call: goal.call.type, cost })
      }
      if (spenders.size > 0) await this.#commit([...spenders].map(({ account }) => accountWrite(account)))
    }).catch((error) => {
      this.#options.log.error('tower store failed', { error: String(error) })
    })
  }

  async close(): Promise<void> {
    await this.#turn.catch(() => {})
    await this.#options.store.close()
  }

  /** One change after the other, each on the disk before the next one looks. */
  #inTurn<T>(change: () => Promise<T>): Promise<T> {
    const done = this.#turn.catch(() => {}).then(change)
    this.#turn = done
    return done
  }

  /** After one that failed the store is asked whether it takes more. */
  async #commit(writes: readonly Write[]): Promise<void> {
    const { store } = this.#options
    if (this.#isStoreBroken) await store.recover?.()
    this.#isStoreBroken = true
    await store.commit(writes)
    this.#isStoreBroken = false
  }
}
