import { copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createNodeCrypto } from '@sluice/adapters/crypto-node'
import { systemClock } from '@sluice/adapters/system'
import type { PolicyChanges } from '@sluice/engine'
import { NATIVE_TOKEN } from '@sluice/protocol'
import { LocalBlocks } from '../local/blocks.ts'
import { everyBlock, keyOf, LocalParty, type Surroundings } from '../local/party.ts'
import { LocalWire } from '../local/wire.ts'

/** What each deposits into a channel: room for all that is opened on it. */
const DEPOSIT = 10n ** 18n
const CAPACITY = 10n ** 12n
const FIRST = 10n
/** Seconds that virtual channels live: longer than any measurement takes. */
const LIFETIME = 5 * 24 * 3600
/** How many a payer opens at once. */
const WAVE = 50
/** How long nobody says anything before stores are measured: by then all lanes are countersigned, as idle ones are. Milliseconds. */
const SETTLED_AFTER = 6_000
/** How long no first payment may arrive before those that are missing are given up. Milliseconds. */
const STALLED_AFTER = 60_000

/** Room for more than the largest measurement. */
export const POLICY: PolicyChanges = { virtualsMax: 1_000_000 }
/** All that are measured are new to the hub, and may hold all of it; its chain takes the defence of more than is opened. */
export const HUB_POLICY: PolicyChanges = {
  ...POLICY,
  forward: true,
  strangersShare: 100,
  strangerSlots: 100,
  callsPendingMax: 64,
}

/** Numbers from which the parties' keys are made. */
export const KEYS = { hub: 1, extraPayer: 2, extraPayee: 3, first: 4 } as const

/** The parties of a measurement: many payers and payees around a hub, and one more of each, whose own virtual channels are all over. */
interface Parties {
  readonly hub: LocalParty
  readonly extraPayer: LocalParty
  readonly extraPayee: LocalParty
  readonly payers: readonly LocalParty[]
  readonly payees: readonly LocalParty[]
}

function makeParties(surroundings: Surroundings, pairs: number): Parties {
  const make = (name: string, number: number, policy = POLICY) =>
    new LocalParty(surroundings, { name, key: keyOf(number), policy })
  return {
    hub: make('hub', KEYS.hub, HUB_POLICY),
    extraPayer: make('extraPayer', KEYS.extraPayer),
    extraPayee: make('extraPayee', KEYS.extraPayee),
    payers: Array.from({ length: pairs }, (_, i) => make(`payer${i}`, KEYS.first + 2 * i)),
    payees: Array.from({ length: pairs }, (_, i) => make(`payee${i}`, KEYS.first + 2 * i + 1)),
  }
}

const allOf = ({ hub, extraPayer, extraPayee, payers, payees }: Parties): readonly LocalParty[] => [
  hub,
  extraPayer,
  extraPayee,
  ...payers,
  ...payees,
]

/** Opens virtual channels over a hub for real, and leaves the stores with ever more of them for a measurement. */
export class Builder {
  readonly #blocks: LocalBlocks
  readonly #folder: string
  readonly #parties: Parties
  readonly #paid = new Map<string, number>()
  #endBlocks: () => void = () => {}
  #open = 0

  private constructor(blocks: LocalBlocks, folder: string, parties: Parties) {
    this.#blocks = blocks
    this.#folder = folder
    this.#parties = parties
  }

  /** Starts all parties and opens the channels between them. */
  static async create(folder: string, pairs: number): Promise<Builder> {
    const crypto = await createNodeCrypto()
    const blocks = new LocalBlocks(crypto)
    const parties = makeParties({ crypto, clock: systemClock, blocks, wire: new LocalWire(), folder }, pairs)
    const builder = new Builder(blocks, folder, parties)
    await builder.#start()
    return builder
  }

  /** Opens until so many are open, each with its first payment. */
  async openUntil(count: number): Promise<void> {
    const { payers, payees } = this.#parties
    const each = count / payers.length
    const from = this.#open / payers.length
    for (let at = from; at < each; at += WAVE) {
      const wave = Math.min(WAVE, each - at)
      await Promise.all(payers.map((payer, i) => this.#pay(payer, payees[i], wave)))
      await this.#arrived(payees, at + wave)
    }
    this.#open = count
  }

  /** Copies the stores that a measurement opens into a folder of their own. Their owners are stopped for that. Returns the newest block. */
  async copyStores(into: string): Promise<bigint> {
    const { hub, extraPayer, extraPayee, payees } = this.#parties
    const owners = [hub, extraPayer, extraPayee, ...payees.slice(0, 1)]
    await mkdir(into)
    await this.#settled()
    for (const party of owners) await party.stop()
    for (const { name } of owners) await copyFile(join(this.#folder, `${name}.sqlite`), join(into, `${name}.sqlite`))
    const { head } = this.#blocks
    for (const party of owners) await party.start()
    for (const payee of payees.slice(0, 1)) this.#count(payee)
    return head
  }

  async stop(): Promise<void> {
    this.#endBlocks()
    for (const party of allOf(this.#parties)) await party.stop()
  }

  async #start(): Promise<void> {
    const { hub, extraPayer, extraPayee, payers, payees } = this.#parties
    this.#endBlocks = everyBlock(this.#blocks, 20)
    for (const party of allOf(this.#parties)) await party.start()
    await Promise.all([...payers, extraPayer].map((payer) => payer.fund(hub, DEPOSIT)))
    await Promise.all([...payees, extraPayee].map((payee) => hub.fund(payee, DEPOSIT)))
    this.#endBlocks()
    this.#endBlocks = everyBlock(this.#blocks, 5_000)
    for (const payee of payees) this.#count(payee)
  }

  async #settled(): Promise<void> {
    const frames = () => allOf(this.#parties).reduce((sum, party) => sum + party.frames, 0)
    for (let [seen, since] = [frames(), performance.now()]; performance.now() - since < SETTLED_AFTER; ) {
      await new Promise((resolve) => setTimeout(resolve, 100))
      if (frames() !== seen) [seen, since] = [frames(), performance.now()]
    }
  }

  #count({ name, engine }: LocalParty): void {
    engine.subscribe((told) => {
      if (told.type === 'payment') this.#paid.set(name, (this.#paid.get(name) ?? 0) + 1)
    })
  }

  async #pay(payer: LocalParty, payee: LocalParty | undefined, count: number): Promise<void> {
    if (payee === undefined) throw new RangeError('each payer has a payee')
    const options = {
      payee: payee.address,
      payeeUrl: payee.url,
      hubs: [this.#parties.hub.address],
      token: NATIVE_TOKEN,
      capacity: CAPACITY,
      first: FIRST,
      lifetime: LIFETIME,
    }
    await Promise.all(Array.from({ length: count }, () => payer.engine.openVirtual(options)))
  }

  async #arrived(payees: readonly LocalParty[], each: number): Promise<void> {
    const missing = () => payees.filter(({ name }) => (this.#paid.get(name) ?? 0) < each)
    const arrived = () => [...this.#paid.values()].reduce((sum, count) => sum + count, 0)
    for (let [seen, since] = [arrived(), performance.now()]; missing().length > 0; ) {
      if (arrived() !== seen) [seen, since] = [arrived(), performance.now()]
      if (performance.now() - since > STALLED_AFTER) {
        throw new Error(`of ${each} first payments each, some never reached ${missing()[0]?.name}`)
      }
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
}
