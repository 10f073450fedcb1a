import {
  type Address,
  type Crypto,
  explainErrors,
  FEATURES,
  type FeatureOffer,
  NATIVE_TOKEN,
  protocolErrors,
  type Signer,
} from '@sluice/protocol'
import { signerFromKey, testCrypto } from '@sluice/protocol/testing'
import { createEngineWith } from '../api/create-engine.ts'
import type { Engine } from '../api/engine.ts'
import type { Guard } from '../defence/guard.ts'
import { engineErrors } from '../error-codes.ts'
import { createPolicy, type Policy, type PolicyChanges } from '../policy/policy.ts'
import type { Chain } from '../ports/chain.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import { allRoles } from '../roles/all-roles.ts'
import type { EngineRole } from '../roles/engine-role.ts'
import { type Endpoint, SimulatedChain, type SimulatedChainOptions } from './chain/simulated-chain.ts'
import { Disk } from './disk.ts'
import { createFastCrypto } from './fast-crypto.ts'
import { Network } from './network.ts'
import { type SeededRandom, seededRandom } from './random.ts'
import { Scheduler } from './scheduler.ts'

/** One line of a party's log. */
export interface LogLine {
  readonly at: number
  readonly party: string
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly event: string
  readonly values: Readonly<Record<string, unknown>>
}

export interface PartyOptions {
  /** What is changed of the development policy. */
  readonly policy?: PolicyChanges
  /** What it tells peers that it can do beyond the base. */
  readonly features?: FeatureOffer
  /** Whether its money belongs to an account of its own, which also sends its transactions, and not to its signer. */
  readonly ownAccount?: boolean
  /** By how many milliseconds its clock is ahead of the world's. */
  readonly clockSkew?: number
  /** Native money that it has on chain at first, base units. */
  readonly money?: bigint
  /** How it is shown the chain; at once and in full by default. */
  readonly endpoint?: Endpoint
  /** How it reaches the chain: what it makes of ways to it. By default that of its endpoint alone. */
  readonly reach?: (connect: () => Chain) => Chain
  /** Who wants calls made on chain beside its own. Asked at each start. */
  readonly guard?: () => Guard
  /** What it can do; all by default. */
  readonly roles?: readonly EngineRole[]
}

export interface WorldOptions {
  /** Decides everything that happens. */
  readonly seed: number
  readonly parties: Readonly<Record<string, PartyOptions>>
  /** Milliseconds between blocks. */
  readonly blockTime?: number
  /** Blocks until a block is final. */
  readonly finality?: number
  /** Probability that a height has no block. Default 0. */
  readonly nullRounds?: number
  /** What gas costs, how much a block takes, and how many transactions may wait. */
  readonly chain?: Partial<Pick<SimulatedChainOptions, 'gasPrice' | 'blockGas' | 'pendingMax' | 'inclusionDelay'>>
  readonly latency?: number
  readonly jitter?: number
  /** `real`: secp256k1 and keccak. `fast` (default): see {@link createFastCrypto}. */
  readonly crypto?: 'real' | 'fast'
}

/** A party of a simulated world: a disk that outlives its engines, and the engine that runs, if one does. */
export class Party {
  readonly name: string
  readonly url: string
  readonly signer: Signer
  /** Where its money is on chain. */
  readonly account: Address
  readonly policy: Policy
  /** Of the engines that are started from now on. */
  features: FeatureOffer
  /** Of the engines that are started from now on. */
  roles: readonly EngineRole[]
  readonly disk: Disk
  readonly #world: World
  readonly #clockSkew: number
  readonly #endpoint: Endpoint
  readonly #reach: (connect: () => Chain) => Chain
  readonly #guard: (() => Guard) | undefined
  #engine: Engine | undefined
  #life: { isOver: boolean } | undefined
  /** How often it was started. */
  starts = 0

  constructor(
    world: World,
    name: string,
    signer: Signer,
    account: Address,
    {
      policy = {},
      features = { known: FEATURES, required: [] },
      money = 10n ** 18n,
      clockSkew = 0,
      endpoint = {},
      reach = (connect) => connect(),
      roles = allRoles,
      guard,
    }: PartyOptions,
  ) {
    this.name = name
    this.url = `sim:${name}`
    this.signer = signer
    this.account = account
    this.policy = createPolicy('development', policy)
    this.features = features
    this.roles = roles
    this.disk = new Disk(world.scheduler)
    this.disk.onKill = () => this.kill()
    this.#world = world
    this.#clockSkew = clockSkew
    this.#endpoint = endpoint
    this.#reach = reach
    this.#guard = guard
    world.chain.mint(NATIVE_TOKEN, account, money)
  }

  get address(): Address {
    return this.signer.address
  }

  get isRunning(): boolean {
    return this.#engine !== undefined
  }

  /** The running engine. Throws if none runs. */
  get engine(): Engine {
    if (this.#engine === undefined) throw new Error(`${this.name} does not run`)
    return this.#engine
  }

  /** Native money on chain, by the newest block. */
  get money(): bigint {
    return this.#world.chain.balance(NATIVE_TOKEN, this.account)
  }

  /** Starts an engine on the disk. Undefined if it was killed before it stood. */
  async start(): Promise<Engine | undefined> {
    const life = { isOver: false }
    this.#life = life
    this.starts += 1
    const { chain, network, scheduler, random, crypto } = this.#world
    const engine = await Promise.race([
      createEngineWith(
        this.roles,
        {
          store: this.disk.open(),
          transport: network.attach(this.address, this.url),
          chain: whileAlive(
            this.#reach(() => chain.connect(this.account, this.#endpoint)),
            life,
          ),
          clock: clockWhileAlive(scheduler, life, this.#clockSkew),
          random: random.fork(`${this.name}/${this.starts}`).bytes,
          crypto,
          signer: this.signer,
          log: this.#log(),
        },
        {
          policy: this.policy,
          features: this.features,
          account: this.account,
          ...(this.#guard !== undefined && { guard: this.#guard() }),
        },
      ),
      scheduler.until(() => life.isOver).then(() => undefined),
    ])
    if (life.isOver || engine === undefined) return undefined
    this.#engine = engine
    return engine
  }

  /** The process is gone at once: nothing that it was about to do happens. */
  kill(): void {
    if (this.#life !== undefined) this.#life.isOver = true
    this.#engine = undefined
    this.disk.open()
    this.#world.network.detach(this.url)
  }

  /** Stops it in an orderly way. */
  async stop(): Promise<void> {
    const engine = this.#engine
    this.#engine = undefined
    await engine?.stop()
  }

  #log(): Log {
    const write =
      (level: LogLine['level']) =>
      (event: string, values: Readonly<Record<string, unknown>> = {}) => {
        const { log, scheduler } = this.#world
        log.push({ at: scheduler.now(), party: this.name, level, event, values })
      }
    return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }
  }
}

/** A clock whose timers are forgotten with their owner. */
function clockWhileAlive(scheduler: Scheduler, life: { readonly isOver: boolean }, skew: number): Clock {
  return {
    now: () => scheduler.now() + skew,
    after: (milliseconds, callback) => scheduler.after(milliseconds, () => (life.isOver ? undefined : callback())),
  }
}

/** A chain that neither hears nor tells anything once its owner is gone. */
function whileAlive(chain: Chain, life: { readonly isOver: boolean }): Chain {
  const never = new Promise<never>(() => {})
  const guard = async <T>(run: () => Promise<T>): Promise<T> => {
    if (life.isOver) return never
    try {
      const outcome = await run()
      return life.isOver ? never : outcome
    } catch (error) {
      if (life.isOver) return never
      throw error
    }
  }
  return {
    domain: chain.domain,
    sender: chain.sender,
    start: (from, handler) => {
      const alive = (run: () => void) => {
        if (!life.isOver) run()
      }
      return guard(() =>
        chain.start(from, {
          block: (block) => alive(() => handler.block(block)),
          rolledBack: (to) => alive(() => handler.rolledBack(to)),
          final: (number) => alive(() => handler.final(number)),
          health: (problem) => alive(() => handler.health(problem)),
          doubt: (reason) => alive(() => handler.doubt?.(reason)),
        }),
      )
    },
    prepare: (call, terms) => guard(() => chain.prepare(call, terms)),
    gasPrice: () => guard(() => chain.gasPrice()),
    includedCount: () => guard(() => chain.includedCount()),
    broadcast: (transaction) => guard(() => chain.broadcast(transaction)),
    status: (transaction) => guard(() => chain.status(transaction)),
    stop: () => chain.stop(),
  }
}

/** A simulated world: a chain, a network, and parties with disks, all on one clock and all decided by one seed. */
export class World {
  readonly seed: number
  readonly scheduler: Scheduler
  readonly random: SeededRandom
  readonly crypto: Crypto
  /** Signers of the world's cryptography, by number; the parties have the first ones. */
  readonly signerOf: (number: number) => Signer
  readonly chain: SimulatedChain
  readonly network: Network
  readonly log: LogLine[] = []
  readonly parties: ReadonlyMap<string, Party>

  constructor(options: WorldOptions) {
    const { seed, blockTime = 1000, finality = 2, nullRounds = 0 } = options
    this.seed = seed
    this.scheduler = new Scheduler(1_800_000_000_000)
    this.random = seededRandom(seed)
    const fast = createFastCrypto()
    const isReal = options.crypto === 'real'
    this.crypto = isReal ? testCrypto : fast
    this.signerOf = (number) =>
      isReal ? signerFromKey(`0x${number.toString(16).padStart(64, '0')}`) : fast.signer(number)
    const { scheduler, random, crypto } = this
    const ofChain = { blockTime, finality, nullRounds, ...options.chain }
    this.chain = new SimulatedChain({ scheduler, random: random.fork('chain'), crypto, ...ofChain })
    this.network = new Network({
      scheduler,
      random: random.fork('network'),
      ...(options.latency !== undefined && { latency: options.latency }),
      ...(options.jitter !== undefined && { jitter: options.jitter }),
    })
    const named = Object.entries(options.parties)
    this.parties = new Map(
      named.map(([name, party], i) => {
        const signer = this.signerOf(i + 1)
        const account = party.ownAccount === true ? this.signerOf(i + 1001).address : signer.address
        return [name, new Party(this, name, signer, account, party)]
      }),
    )
  }

  party(name: string): Party {
    const party = this.parties.get(name)
    if (party === undefined) throw new Error(`nobody is called ${name}`)
    return party
  }

  /** Starts all parties. */
  async start(): Promise<void> {
    for (const party of this.parties.values()) await this.scheduler.finish(`start of ${party.name}`, party.start())
  }

  /** Lets time pass until the promise is settled. */
  async finish<T>(promise: Promise<T>, what = 'the call'): Promise<T> {
    try {
      return await this.scheduler.finish(what, promise)
    } catch (error) {
      if (error instanceof Error) error.message += ` (seed ${this.seed})`
      throw error
    }
  }

  /** The log as text, for a failure. */
  story(last = 60): string {
    const value = (_: string, each: unknown) => (typeof each === 'bigint' ? String(each) : each)
    const lines = this.log.slice(-last).map(({ at, party, level, event, values }) => {
      return `${at - 1_800_000_000_000} ${party} ${level} ${event} ${JSON.stringify(values, value)}`
    })
    return lines.join('\n')
  }

  /** Stops all parties that run. */
  async stop(): Promise<void> {
    for (const party of this.parties.values()) await this.scheduler.finish(`stop of ${party.name}`, party.stop())
  }
}

/** Makes a world; `start` starts its parties. */
export function createWorld(options: WorldOptions): World {
  explainErrors(protocolErrors, engineErrors)
  return new World(options)
}
