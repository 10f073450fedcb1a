import { type Address, NATIVE_TOKEN } from '@sluice/protocol'
import type { PolicyChanges } from '../../policy/policy.ts'
import { DEFENCE_GAS } from '../../policy/worth.ts'
import type { SimulatedChainOptions } from '../chain/simulated-chain.ts'
import { Puppet } from '../puppet.ts'
import { createWorld, type Party, type PartyOptions, type World } from '../world.ts'
import type { AttackReport } from './attack.ts'
import { GasMeter } from './meter.ts'
import { Users } from './users.ts'

export interface AttackSceneOptions {
  readonly seed?: number
  /** What is changed of the development policy at the hub. */
  readonly policy?: PolicyChanges
  /** What is changed of it at the payee. */
  readonly payeePolicy?: PolicyChanges
  /** How the hub is shown the chain. */
  readonly hub?: Pick<PartyOptions, 'endpoint' | 'reach'>
  /** Probability that a height has no block, and heights until a block is final. */
  readonly nullRounds?: number
  readonly finality?: number
  readonly chain?: Partial<Pick<SimulatedChainOptions, 'gasPrice' | 'blockGas' | 'pendingMax' | 'inclusionDelay'>>
}

/** What each honest party has at first, base units: many times what a transaction costs. */
const MONEY = 1_000_000_000n
/** What a call must be worth to honest parties, per cent of its gas. */
const WORTH_MIN = 125
/** How long everything may take to be settled in the end, milliseconds. */
const END_MS = 1_800_000

/**
 * A hub with an honest payer and an honest payee, whose users pay all the time, on a chain where gas has a price. An attack adds thieves, and
 * says what they signed away; the scene counts what everybody has in the end.
 */
export class AttackScene {
  readonly world: World
  readonly hub: Party
  readonly payer: Party
  readonly payee: Party
  readonly meter: GasMeter
  readonly users: Users
  readonly #thieves: { readonly puppet: Puppet; readonly before: bigint }[] = []
  readonly #before: bigint
  /** What honest parties told that they lost, native base units each. */
  readonly #losses: bigint[] = []
  /** What thieves paid to honest parties, by updates that were accepted. */
  owed = 0n
  /** What of that are fees. */
  fees = 0n

  private constructor(world: World) {
    this.world = world
    this.hub = world.party('hub')
    this.payer = world.party('payer')
    this.payee = world.party('payee')
    this.meter = new GasMeter(
      world.chain,
      this.#honest.map(({ address }) => address),
    )
    this.users = new Users(world, this.payer, this.payee, this.hub)
    this.#before = this.#wealth()
    for (const { engine } of this.#honest) {
      engine.subscribe((notification) => {
        if (notification.type === 'loss') this.#losses.push(notification.value ?? 0n)
      })
    }
  }

  static async create(options: AttackSceneOptions = {}): Promise<AttackScene> {
    const {
      seed = 1,
      policy = {},
      payeePolicy = {},
      chain = {},
      hub: shown = {},
      nullRounds = 0,
      finality = 2,
    } = options
    const world = createWorld({
      seed,
      nullRounds,
      finality,
      chain: { gasPrice: 1n, pendingMax: 10, ...chain },
      parties: {
        hub: {
          ...shown,
          money: MONEY,
          policy: { forward: true, forwardWait: 2, callsPendingMax: 10, worthMin: WORTH_MIN, ...policy },
        },
        payer: { money: MONEY, policy: { feeMax: 1_000_000, worthMin: WORTH_MIN } },
        payee: { money: MONEY, policy: { worthMin: WORTH_MIN, ...payeePolicy } },
      },
    })
    await world.start()
    const { hub, payer, payee } = { hub: world.party('hub'), payer: world.party('payer'), payee: world.party('payee') }
    const open = (from: Party, to: Party) =>
      world.finish(from.engine.openChannel({ peer: to.address, url: to.url, token: NATIVE_TOKEN, deposit: MONEY / 4n }))
    await open(payer, hub)
    await open(hub, payee)
    return new AttackScene(world)
  }

  get #honest(): readonly Party[] {
    return [this.hub, this.payer, this.payee]
  }

  /** A thief with a session with the hub. Its number makes its key. */
  async thief(number: number): Promise<Puppet> {
    const puppet = new Puppet(this.world, `thief ${number}`, this.world.signerOf(1000 + number))
    const before = this.#moneyOf(puppet.address)
    await puppet.start()
    await puppet.connect(this.hub)
    this.#thieves.push({ puppet, before })
    return puppet
  }

  /** Lets time go by, seconds. */
  runFor(seconds: number): Promise<void> {
    return this.world.scheduler.runFor(seconds * 1000)
  }

  /** Ends it: honest users stop, the hub closes all its channels, and what everybody has then is counted. */
  async report(name: string): Promise<AttackReport> {
    const served = await this.users.stop()
    await this.#closeAll()
    const missing = this.#before + this.owed - this.#wealth()
    const short = missing > 0n ? missing : 0n
    const dust = this.#dust()
    const dustLost = short < dust ? short : dust
    const gained = this.#thieves.reduce((sum, { puppet, before }) => sum + this.#moneyOf(puppet.address) - before, 0n)
    await this.world.stop()
    return {
      name,
      thiefSpent: Number(this.meter.thieves + (gained < 0n ? -gained : 0n)),
      thiefGot: Number(gained > 0n ? gained : 0n),
      stolen: Number(short - dustLost),
      dustLost: Number(dustLost),
      feesPaid: Number(this.fees),
      gasWasted: Number(this.meter.wasted),
      honestGas: Number(this.meter.honest),
      served,
    }
  }

  #moneyOf(account: Address): bigint {
    return this.world.chain.balance(NATIVE_TOKEN, account)
  }

  /** What honest parties have on chain and in channels that are not settled. */
  #wealth(): bigint {
    return this.#honest.reduce((sum, party) => sum + party.money + this.#inChannels(party), 0n)
  }

  #inChannels({ engine }: Party): bigint {
    return engine.channels().reduce((sum, { status, deposits, withdrawn, paid }) => {
      if (status === 'settled' || status === 'closed') return sum
      return sum + deposits.own - withdrawn.own - paid.sent + paid.received
    }, 0n)
  }

  /** What waits since it is not worth its gas, and what was lost for that. A loss that was worth its gas is none of dust: somebody took it. */
  #dust(): bigint {
    const dustMax = (DEFENCE_GAS * this.world.chain.gasPrice * BigInt(WORTH_MIN)) / 100n
    const lost = this.#losses.filter((value) => value < dustMax)
    const waiting = this.#honest.flatMap(({ engine }) => engine.defence().waiting)
    const left = waiting.flatMap(({ value = 0n, cost }) => (value < cost ? [value] : []))
    return [...lost, ...left].reduce((sum, value) => sum + value, 0n)
  }

  async #closeAll(): Promise<void> {
    const { scheduler } = this.world
    const isHonest = (peer: Address) => this.#honest.some(({ address }) => address === peer)
    for (const { channelId, peer } of this.hub.engine.channels()) {
      const mode = isHonest(peer.signer) ? 'auto' : 'unilateral'
      this.hub.engine.closeChannel(channelId, mode).catch(() => {})
    }
    const until = scheduler.now() + END_MS
    const isOver = () => this.hub.engine.channels().every(({ status }) => status === 'closed')
    while (!isOver() && scheduler.now() < until) await this.runFor(60)
  }
}
