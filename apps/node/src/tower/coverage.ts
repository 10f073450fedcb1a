import { randomBytes } from 'node:crypto'
import {
  bytesToHex,
  type Hex,
  holdingProof,
  type Id,
  type Keccak256,
  type TowerAnswer,
  type TowerRequest,
} from '@sluice/protocol'
import { NodeError, problemOf } from '../errors.ts'
import type { HiredTower } from './hired.ts'

/** How a node is covered by one tower. Times are milliseconds since the Unix epoch. */
export interface Coverage extends HiredTower {
  /** When all that was to be handed over by then was with it. */
  readonly coveredAt?: number
  /** When it last showed that it holds all of that. */
  readonly provenAt?: number
  readonly channels: readonly Id[]
  /** What is left for gas, and was spent, native base units. */
  readonly balance?: bigint
  readonly spent?: bigint
  readonly problem?: string
}

/** What handing over needs. */
export interface HandoverParts {
  readonly tower: HiredTower
  readonly keccak256: Keccak256
  /** What is to be with the tower now. */
  readonly items: () => ReadonlyMap<string, Uint8Array>
  /** Signs a request and sends it. */
  readonly ask: (request: Omit<TowerRequest, 'client' | 'number'>) => Promise<TowerAnswer>
  readonly now: () => number
}

/** Of a request: fewer than it may hold, so that there is room for the rest. */
const ITEMS_A_REQUEST = 200
const BYTES_A_REQUEST = 500_000
/** How often a tower has to show that it holds all. Milliseconds. */
const PROVE_EVERY = 3_600_000

/** Keeps one tower up to date: hands over what changed, takes back what is over, and has it show from time to time that it holds all. */
export class TowerCoverage {
  readonly #parts: HandoverParts
  /** What the tower holds by what it last said, with the hash of each; unknown at first and after a failure. */
  #held: Map<string, Hex> | undefined
  #standing: Coverage
  #running: Promise<void> = Promise.resolve()

  constructor(parts: HandoverParts) {
    this.#parts = parts
    this.#standing = { ...parts.tower, channels: [] }
  }

  get standing(): Coverage {
    return this.#standing
  }

  /** Hands over all that changed; one after the other. Rejects with what went wrong, which the standing shows, too. */
  update(): Promise<void> {
    this.#running = this.#running.catch(() => {}).then(() => this.#run())
    return this.#running
  }

  async #run(): Promise<void> {
    try {
      await this.#hand()
      const { problem: _, ...rest } = this.#standing
      this.#standing = rest
    } catch (thrown) {
      this.#held = undefined
      this.#standing = { ...this.#standing, problem: problemOf(thrown) }
      throw thrown
    }
  }

  async #hand(): Promise<void> {
    const { items, keccak256, now } = this.#parts
    const at = now()
    const wanted = items()
    const hashes = new Map([...wanted].map(([key, value]) => [key, bytesToHex(keccak256(value))]))
    const held = this.#held ?? (await this.#list())
    const puts = [...wanted]
      .filter(([key]) => held.get(key) !== hashes.get(key))
      .map(([key, value]) => ({ key, value }))
    const removes = [...held.keys()].filter((key) => !wanted.has(key))
    for (const part of partsOf(puts)) await this.#ask({ puts: part, removes: [], list: false })
    for (let i = 0; i < removes.length; i += ITEMS_A_REQUEST) {
      await this.#ask({ puts: [], removes: removes.slice(i, i + ITEMS_A_REQUEST), list: false })
    }
    const isProofDue = this.#held === undefined || at - (this.#standing.provenAt ?? 0) >= PROVE_EVERY
    if (isProofDue) await this.#prove(wanted)
    this.#held = hashes
    const channels = [...wanted.keys()].flatMap((key) => (key.startsWith('channel/') ? [key.slice(8) as Id] : []))
    this.#standing = { ...this.#standing, coveredAt: at, channels, ...(isProofDue && { provenAt: at }) }
  }

  async #list(): Promise<Map<string, Hex>> {
    const { hashes = [] } = await this.#ask({ puts: [], removes: [], list: true })
    return new Map(hashes.map(({ key, hash }) => [key, hash]))
  }

  /** What it said that it holds it has to show byte by byte: hashes alone could be kept by one that threw the rest away. */
  async #prove(items: ReadonlyMap<string, Uint8Array>): Promise<void> {
    const nonce = bytesToHex(randomBytes(32))
    const { proof } = await this.#ask({ puts: [], removes: [], list: false, nonce })
    if (proof !== holdingProof(this.#parts.keccak256, nonce, items)) {
      throw new NodeError('TOWER_HOLDS_NOT', { url: this.#standing.url })
    }
  }

  async #ask(request: Parameters<HandoverParts['ask']>[0]): Promise<TowerAnswer> {
    const answer = await this.#parts.ask(request)
    this.#standing = { ...this.#standing, balance: answer.balance, spent: answer.spent }
    return answer
  }
}

type Put = TowerRequest['puts'][number]

function partsOf(puts: readonly Put[]): readonly (readonly Put[])[] {
  const parts: Put[][] = []
  let bytes = 0
  for (const put of puts) {
    const last = parts.at(-1)
    if (last === undefined || last.length === ITEMS_A_REQUEST || bytes + put.value.length > BYTES_A_REQUEST) {
      parts.push([put])
      bytes = put.value.length
    } else {
      last.push(put)
      bytes += put.value.length
    }
  }
  return parts
}
