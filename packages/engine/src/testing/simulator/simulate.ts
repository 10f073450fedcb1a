import { type Id, NATIVE_TOKEN, SluiceError } from '@sluice/protocol'
import type { ChannelView, Engine, VirtualView } from '../../api/engine.ts'
import type { SeededRandom } from '../random.ts'
import { createWorld, type Party, type World } from '../world.ts'
import { reviveWhenKilled } from './straight-story.ts'

export interface SimulationOptions {
  /** Decides everything. */
  readonly seed: number
  /** Simulated milliseconds of acting, before all is brought to an end. */
  readonly duration?: number
  /** How much goes wrong: 0 nothing, 1 a great deal. */
  readonly trouble?: number
  /** The chain as Filecoin's endpoints show it: null rounds, logs that come late, endpoints that are behind. */
  readonly asFilecoin?: boolean
}

/** What happened in a run. */
export interface SimulationResult {
  readonly world: World
  /** How often each call was made, by name. */
  readonly calls: Readonly<Record<string, number>>
  /** How often each call was included in a block, by name. */
  readonly transactions: Readonly<Record<string, number>>
  readonly kills: number
}

const MONEY = 100_000n
/** Generous windows: everybody in the simulation looks in time, whatever goes wrong. Seconds. */
const policy = { channelWindowDefault: 60, virtualWindowDefault: 40, lifetimeDefault: 60, feeBase: 1n, feeMax: 500_000 }

/** A run: random calls and random trouble, then everything is closed and counted. */
class Simulation {
  readonly world: World
  readonly random: SeededRandom
  readonly trouble: number
  readonly clients: readonly Party[]
  readonly hubs: readonly Party[]
  readonly calls: Record<string, number> = {}
  readonly transactions: Record<string, number> = {}
  kills = 0
  /** Highest value ever seen of each virtual channel, by member and id. */
  readonly seen = new Map<string, VirtualView>()
  readonly #bugs: string[] = []

  constructor({ seed, trouble = 1, asFilecoin = false }: SimulationOptions) {
    const shape = createShape(seed)
    this.world = createWorld({ seed, parties: shape, finality: 3, ...(asFilecoin && filecoin(seed, shape)) })
    this.random = this.world.random.fork('simulation')
    this.trouble = trouble
    const all = [...this.world.parties.values()]
    this.hubs = all.filter(({ name }) => name.startsWith('hub'))
    this.clients = all.filter(({ name }) => !name.startsWith('hub'))
    for (const party of all) this.#revive(party)
    this.world.chain.onMined = (_, call, success) => {
      const name = success ? call.type : `${call.type} (reverted)`
      this.transactions[name] = (this.transactions[name] ?? 0) + 1
    }
  }

  #revive(party: Party): void {
    reviveWhenKilled(this.world, party)
    const revive = party.disk.onKill
    party.disk.onKill = () => {
      this.kills += 1
      revive()
    }
  }

  /** Makes a call of a running party; a refusal is an answer, any other error is a bug. */
  call(name: string, party: Party, run: (engine: Engine) => Promise<unknown>): void {
    if (!party.isRunning) return
    this.calls[name] = (this.calls[name] ?? 0) + 1
    run(party.engine).catch((error) => {
      if (!(error instanceof SluiceError))
        this.#bugs.push(`${party.name} ${name}: ${error instanceof Error ? error.stack : error}`)
    })
  }

  /** Notes what all that run see, and anything that should never be logged. */
  look(): void {
    for (const party of this.world.parties.values()) {
      if (!party.isRunning) continue
      for (const view of party.engine.virtuals()) {
        const key = `${party.name}/${view.virtualId}`
        const before = this.seen.get(key)
        if (before === undefined || before.amount <= view.amount) this.seen.set(key, view)
      }
    }
  }

  /** @throws if anything went wrong that nobody may cause. */
  checkBugs(): void {
    for (const { party, level, event, values } of this.world.log) {
      const isBug = level === 'error' && event !== 'chain not reached'
      if (isBug) this.#bugs.push(`${party} ${event} ${String(values.error ?? values.reason ?? '')}`)
      if (event === 'message refused' && values.code === undefined) this.#bugs.push(`${party} ${String(values.error)}`)
    }
    if (this.#bugs.length > 0) this.fail(this.#bugs.slice(0, 5).join('\n'))
  }

  fail(why: string): never {
    throw new Error(`seed ${this.world.seed}: ${why}\n${this.world.story(40)}`)
  }
}

function createShape(seed: number) {
  const hub = { money: MONEY, policy: { ...policy, forward: true } }
  const client = { money: MONEY, policy, ownAccount: seed % 2 === 0 }
  // Clocks are never quite right.
  const fast = { ...client, clockSkew: (seed % 5) * 500 }
  const slow = { ...client, clockSkew: (seed % 7) * -300 }
  const two = { ann: fast, hub1: hub, bea: slow }
  return seed % 3 === 0 ? { ...two, hub2: hub, cid: client } : { ...two, cid: client }
}

/** The same parties, on a chain as Filecoin has it. */
function filecoin(seed: number, shape: ReturnType<typeof createShape>) {
  const parties = Object.entries(shape).map(([name, party], i) => {
    return [name, { ...party, endpoint: { lag: (seed + i) % 3, lateLogs: 0.3 } }] as const
  })
  return { nullRounds: 0.15, finality: 5, parties: Object.fromEntries(parties) }
}

/** The hub that a client has its channel with. */
function hubOf({ hubs, clients }: Simulation, client: Party): Party {
  const hub = hubs[clients.indexOf(client) % hubs.length]
  if (hub === undefined) throw new RangeError('there is a hub')
  return hub
}

const openWith = (from: Party, to: Party): ChannelView[] =>
  from.isRunning
    ? from.engine.channels().filter(({ peer, status }) => peer.signer === to.address && status !== 'closed')
    : []

function open(simulation: Simulation, from: Party, to: Party, deposit: bigint): void {
  if (openWith(from, to).length > 0 || openWith(to, from).length > 0) return
  simulation.call('openChannel', from, (engine) =>
    engine.openChannel({ peer: to.address, url: to.url, token: NATIVE_TOKEN, deposit }),
  )
}

type Act = (simulation: Simulation) => void

function actOpen(simulation: Simulation): void {
  const { random, hubs } = simulation
  const client = random.pick(simulation.clients)
  open(simulation, client, hubOf(simulation, client), BigInt(1000 + random.below(20_000)))
  const [first, second] = hubs
  if (first !== undefined && second !== undefined) open(simulation, first, second, 20_000n)
}

/** A channel of a random party that runs, if it has one. */
function anyChannel({ random, world }: Simulation): readonly [Party, ChannelView] | undefined {
  const party = random.pick([...world.parties.values()])
  const channels = party.isRunning ? party.engine.channels().filter(({ status }) => status === 'open') : []
  return channels.length === 0 ? undefined : [party, random.pick(channels)]
}

function actTopUp(simulation: Simulation): void {
  const found = anyChannel(simulation)
  if (found === undefined) return
  const amount = BigInt(1 + simulation.random.below(5000))
  simulation.call('topUp', found[0], (engine) => engine.topUp(found[1].channelId, amount))
}

function actWithdraw(simulation: Simulation): void {
  const found = anyChannel(simulation)
  if (found === undefined || found[1].spendable.own === 0n) return
  const amount = 1n + BigInt(simulation.random.below(Number(found[1].spendable.own)))
  simulation.call('withdraw', found[0], (engine) => engine.withdraw(found[1].channelId, amount))
}

function actCloseChannel(simulation: Simulation): void {
  const found = anyChannel(simulation)
  if (found === undefined) return
  const mode = simulation.random.pick(['auto', 'auto', 'cooperative', 'unilateral'] as const)
  simulation.call(`closeChannel ${mode}`, found[0], (engine) => engine.closeChannel(found[1].channelId, mode))
}

function actOpenVirtual(simulation: Simulation): void {
  const { random, clients } = simulation
  const payer = random.pick(clients)
  const payee = random.pick([...clients, hubOf(simulation, payer)].filter((each) => each !== payer))
  const hubs = new Set(clients.includes(payee) ? [hubOf(simulation, payer), hubOf(simulation, payee)] : [])
  const capacity = BigInt(10 + random.below(2000))
  simulation.call('openVirtual', payer, (engine) =>
    engine.openVirtual({
      payee: payee.address,
      payeeUrl: payee.url,
      hubs: [...hubs].map(({ address }) => address),
      token: NATIVE_TOKEN,
      capacity,
      fees: [...hubs].map(() => 1n),
      first: BigInt(random.below(Number(capacity))),
      lifetime: 20 + random.below(60),
    }),
  )
}

/** A virtual channel of a random party that runs, by its role. */
function anyVirtual({ random, world }: Simulation, role?: string): readonly [Party, VirtualView] | undefined {
  const party = random.pick([...world.parties.values()])
  if (!party.isRunning) return undefined
  const found = party.engine
    .virtuals()
    .filter((view) => view.status === 'open' && (role === undefined || view.role === role))
  return found.length === 0 ? undefined : [party, random.pick(found)]
}

function actPay(simulation: Simulation): void {
  const found = anyVirtual(simulation, 'payer')
  if (found === undefined) return
  const [party, { virtualId, amount, terms }] = found
  const rest = Number(terms.capacity - amount)
  if (rest === 0) return
  const total = amount + 1n + BigInt(simulation.random.below(rest))
  simulation.call('pay', party, (engine) => engine.pay(virtualId, total))
}

function actCloseVirtual(simulation: Simulation): void {
  const found = anyVirtual(simulation)
  if (found !== undefined)
    simulation.call('closeVirtual', found[0], (engine) => engine.closeVirtual(found[1].virtualId))
}

const acts: readonly Act[] = [
  ...Array<Act>(3).fill(actOpen),
  ...Array<Act>(8).fill(actOpenVirtual),
  ...Array<Act>(20).fill(actPay),
  ...Array<Act>(5).fill(actCloseVirtual),
  actTopUp,
  actWithdraw,
  actCloseChannel,
]

function troubleKill({ world, random }: Simulation): void {
  const party = random.pick([...world.parties.values()])
  const at = party.disk.attempts + 1 + random.below(5)
  const fate = random.pick(['killBefore', 'killAfter'] as const)
  party.disk.fate = (attempt) => (attempt === at ? fate : 'done')
}

function troublePart({ world, random }: Simulation): void {
  const [one, other] = [random.pick([...world.parties.values()]), random.pick([...world.parties.values()])]
  world.network.part(one.address, other.address)
  world.scheduler.after(random.below(6000), () => world.network.heal(one.address, other.address))
}

function troubleChain({ world, random }: Simulation): void {
  world.chain.setDown(true)
  world.scheduler.after(random.below(3000), () => world.chain.setDown(false))
}

const troubles: readonly Act[] = [
  ...Array<Act>(4).fill(troubleKill),
  troublePart,
  troubleChain,
  ({ world }) => world.network.breakAll(),
  ({ world, random }) => world.chain.reorg(1 + random.below(2)),
  ({ world, random }) => {
    world.network.latency = random.below(200)
    world.network.jitter = random.below(300)
  },
]

async function misbehave(simulation: Simulation, duration: number): Promise<void> {
  const { world, random, trouble } = simulation
  const end = world.scheduler.now() + duration
  world.chain.lossRate = 0.05 * trouble
  world.network.breakRate = 0.002 * trouble
  while (world.scheduler.now() < end) {
    await world.scheduler.runFor(1 + random.below(800))
    if (random.chance(0.1 * trouble)) random.pick(troubles)(simulation)
    random.pick(acts)(simulation)
    simulation.look()
  }
}

/** Ends all trouble, and closes every channel. */
async function bringToAnEnd(simulation: Simulation): Promise<void> {
  const { world } = simulation
  const parties = [...world.parties.values()]
  world.chain.lossRate = 0
  world.network.breakRate = 0
  for (const one of parties) for (const other of parties) world.network.heal(one.address, other.address)
  for (const { disk } of parties) disk.fate = () => 'done'
  await world.scheduler.runFor(10_000)
  const asked = new Set<Id>()
  const isOver = () => {
    simulation.look()
    const channels = parties.flatMap((party) =>
      party.isRunning ? party.engine.channels().map((view) => ({ party, view })) : [],
    )
    for (const { party, view } of channels) {
      if (view.status === 'closed' || view.status === 'proposed' || asked.has(view.channelId)) continue
      asked.add(view.channelId)
      simulation.call('closeChannel at the end', party, (engine) => engine.closeChannel(view.channelId))
    }
    return parties.every(({ isRunning }) => isRunning) && channels.every(({ view }) => view.status === 'closed')
  }
  try {
    await world.scheduler.runUntil('every channel to be closed', isOver, 900_000)
  } catch (error) {
    const open = parties.flatMap(({ name, engine }) => [
      ...engine
        .channels()
        .filter(({ status }) => status !== 'closed')
        .map((view) => ({ name, ...view, terms: undefined })),
      ...engine
        .virtuals()
        .filter(({ status }) => status !== 'closed' && status !== 'declined')
        .map((view) => ({ name, ...view })),
    ])
    simulation.fail(
      `${String(error)}\n${JSON.stringify(open, (_, each) => (typeof each === 'bigint' ? `${each}` : each), 1)}`,
    )
  }
  await world.scheduler.runFor(120_000)
  simulation.look()
}

/** What a party may have lost at most: what it paid, fees included, less what it accepted. */
function owed(simulation: Simulation, party: Party): bigint {
  let balance = 0n
  for (const [key, view] of simulation.seen) {
    if (!key.startsWith(`${party.name}/`)) continue
    if (view.role === 'payer') balance -= view.amount + BigInt(view.terms.path.length - 2)
    if (view.role === 'payee') balance += view.amount
  }
  return balance
}

/** Properties 1 to 5 and 7 of the protocol, as far as money shows them. */
function check(simulation: Simulation): void {
  const { world } = simulation
  simulation.checkBugs()
  const parties = [...world.parties.values()]
  const sum = parties.reduce((total, { money }) => total + money, 0n)
  const held = world.chain.balance(NATIVE_TOKEN, world.chain.domain.contract)
  const initial = MONEY * BigInt(parties.length)
  if (held !== 0n || sum !== initial) simulation.fail(`${sum} of ${initial} came back, the contract keeps ${held}`)
  for (const party of parties) {
    const least = MONEY + owed(simulation, party)
    if (party.money < least) simulation.fail(`${party.name} has ${party.money}, and ${least} is owed to it`)
  }
}

/**
 * One random run, decided by its seed alone: parties open, pay, close and withdraw while processes are killed, sessions break and the
 * chain reorgs; then all is closed, and the money is counted.
 *
 * @throws Error naming the seed when anybody honest lost money, money is stuck, or anything failed that should not.
 */
export async function simulate(options: SimulationOptions): Promise<SimulationResult> {
  const simulation = new Simulation(options)
  const { world, calls, transactions } = simulation
  await world.start()
  for (const client of simulation.clients) {
    const hub = hubOf(simulation, client)
    open(simulation, client, hub, 10_000n)
  }
  actOpen(simulation)
  await world.scheduler.runFor(15_000)
  for (const hub of simulation.hubs) {
    for (const { channelId } of hub.engine.channels())
      simulation.call('topUp', hub, (engine) => engine.topUp(channelId, 10_000n))
  }
  await misbehave(simulation, options.duration ?? 90_000)
  await bringToAnEnd(simulation)
  check(simulation)
  await world.stop()
  return { world, calls, transactions, kills: simulation.kills }
}
