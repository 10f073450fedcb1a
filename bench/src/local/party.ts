import { join } from 'node:path'
import type { KeyedCrypto } from '@sluice/adapters/crypto-node'
import { openSqliteStore } from '@sluice/adapters/store-sqlite'
import { systemRandom } from '@sluice/adapters/system'
import {
  type Clock,
  createEngine,
  createPolicy,
  type Engine,
  type Log,
  type PolicyChanges,
  type Store,
} from '@sluice/engine'
import { type Address, NATIVE_TOKEN, type Signer } from '@sluice/protocol'
import type { LocalBlocks } from './blocks.ts'
import type { LocalWire } from './wire.ts'

/** What the parties of a measurement share. */
export interface Surroundings {
  readonly crypto: KeyedCrypto
  readonly clock: Clock
  readonly blocks: LocalBlocks
  readonly wire: LocalWire
  /** Where their stores lie. */
  readonly folder: string
}

export interface PartyOptions {
  readonly name: string
  readonly key: Uint8Array
  readonly policy?: PolicyChanges
}

/** What was said at levels that an operator sees, by event and error code, and how often. */
export type Complaints = Map<string, number>

const silent = (): void => {}

function logInto(complaints: Complaints): Log {
  const count = (event: string, values: Readonly<Record<string, unknown>> = {}) => {
    const name = values.code === undefined ? event : `${event}: ${String(values.code)}`
    complaints.set(name, (complaints.get(name) ?? 0) + 1)
  }
  return { debug: silent, info: silent, warn: count, error: count }
}

/** An engine on real cryptography and a real store, with blocks and sessions within this process. */
export class LocalParty {
  readonly name: string
  readonly url: string
  readonly signer: Signer
  readonly complaints: Complaints = new Map()
  readonly #surroundings: Surroundings
  readonly #policy: PolicyChanges
  #engine: Engine | undefined
  /** Commits with at least one record. */
  commits = 0

  constructor(surroundings: Surroundings, { name, key, policy = {} }: PartyOptions) {
    this.#surroundings = surroundings
    this.#policy = policy
    this.name = name
    this.url = `local:${name}`
    this.signer = surroundings.crypto.signer(key)
  }

  get address(): Address {
    return this.signer.address
  }

  get engine(): Engine {
    if (this.#engine === undefined) throw new Error(`${this.name} does not run`)
    return this.#engine
  }

  /** Frames that it has sent. */
  get frames(): number {
    return this.#surroundings.wire.framesOf(this.address)
  }

  async start(): Promise<Engine> {
    const { crypto, clock, blocks, wire, folder } = this.#surroundings
    this.#engine = await createEngine(
      {
        store: this.#store(join(folder, `${this.name}.sqlite`)),
        transport: wire.attach(this.address, this.url),
        chain: blocks.connect(this.address),
        clock,
        random: systemRandom,
        crypto,
        signer: this.signer,
        log: logInto(this.complaints),
      },
      { policy: createPolicy('default', this.#policy) },
    )
    return this.#engine
  }

  /** Opens and funds a channel with another party. Somebody has to make blocks meanwhile. */
  async fund(other: LocalParty, deposit: bigint): Promise<void> {
    await this.engine.openChannel({ peer: other.address, url: other.url, token: NATIVE_TOKEN, deposit })
  }

  async stop(): Promise<void> {
    await this.#engine?.stop()
    this.#engine = undefined
  }

  #store(path: string): Store {
    const store = openSqliteStore({ path })
    return {
      load: () => store.load(),
      commit: (writes) => {
        this.commits += 1
        return store.commit(writes)
      },
      close: () => store.close(),
    }
  }
}

/** A 32-byte key of a number. */
export function keyOf(number: number): Uint8Array {
  const key = new Uint8Array(32).fill(0x11)
  new DataView(key.buffer).setUint32(28, number)
  return key
}

/** Makes a block every so many milliseconds until the function returned is called. */
export function everyBlock(blocks: LocalBlocks, milliseconds: number): () => void {
  const timer = setInterval(() => blocks.mine(), milliseconds)
  return () => clearInterval(timer)
}
