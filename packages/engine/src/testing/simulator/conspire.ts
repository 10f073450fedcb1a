import {
  type Id,
  type LaneUpdate,
  lowest,
  NATIVE_TOKEN,
  type Operation,
  SluiceError,
  type VirtualTerms,
} from '@sluice/protocol'
import { signCloseRequest } from '../../defence/goals/close-request.ts'
import type { SignedLaneVoucher } from '../../ports/chain.ts'
import { Puppet, type PuppetChannel } from '../puppet.ts'
import type { SeededRandom } from '../random.ts'
import { createWorld, type Party, type World } from '../world.ts'
import { reviveWhenKilled } from './straight-story.ts'

/** What a conspiracy came to. */
export interface Conspiracy {
  readonly world: World
  /** What each hub gained, base units, beyond what its own vouchers say; never below zero. */
  readonly gains: readonly bigint[]
  /** How often each thing was done, by name. */
  readonly deeds: Readonly<Record<string, number>>
}

const MONEY = 100_000n
const policy = {
  forward: true,
  forwardWait: 1,
  virtualWindowDefault: 10,
  lifetimeMin: 10,
  lifetimeDefault: 40,
  followTimeout: 100,
  countersignTimeout: 100,
}

interface Known {
  readonly terms: VirtualTerms
  readonly virtualId: Id
  readonly payer: Puppet
}

/** One or two hubs between two puppets that work together against them. */
class Plot {
  readonly world: World
  readonly random: SeededRandom
  /** One hub between the puppets, or two honest ones in a row. */
  readonly hubs: readonly Party[]
  readonly puppets: readonly [Puppet, Puppet]
  readonly channels = new Map<Puppet, PuppetChannel>()
  readonly known: Known[] = []
  readonly deeds: Record<string, number> = {}
  /** Whether the hub opens and pays virtual channels of its own. */
  readonly isPaying: boolean
  readonly #answered = new Set<LaneUpdate>()
  #nonce = 0n

  constructor(seed: number) {
    const hub = { money: MONEY, policy }
    const parties = seed % 3 === 0 ? { hub, second: hub } : { hub }
    this.world = createWorld({ seed, parties, finality: 2 })
    this.random = this.world.random.fork('plot')
    this.isPaying = seed % 2 === 0
    this.hubs = [...this.world.parties.values()]
    const puppet = (number: number) => new Puppet(this.world, `puppet${number}`, this.world.signerOf(number))
    this.puppets = [puppet(101), puppet(102)]
  }

  channel(puppet: Puppet): PuppetChannel {
    const found = this.channels.get(puppet)
    if (found === undefined) throw new RangeError('each puppet has a channel')
    return found
  }

  /** The hub that a puppet has its channel with. */
  hubOf(puppet: Puppet): Party {
    const hub = puppet === this.puppets[0] ? this.hubs[0] : this.hubs.at(-1)
    if (hub === undefined) throw new RangeError('there is a hub')
    return hub
  }

  other(puppet: Puppet): Puppet {
    return puppet === this.puppets[0] ? this.puppets[1] : this.puppets[0]
  }

  amount(limit = 400): bigint {
    return BigInt(this.random.below(limit))
  }

  /** The hub's updates towards a puppet. */
  updatesTo(puppet: Puppet): readonly LaneUpdate[] {
    return puppet.heardOf('update').map(({ update }) => update)
  }

  nextUnanswered(puppet: Puppet): LaneUpdate | undefined {
    const next = this.updatesTo(puppet).find((update) => !this.#answered.has(update))
    if (next !== undefined) this.#answered.add(next)
    return next
  }

  send(puppet: Puppet, operations: readonly Operation[]): void {
    const update = puppet.trySign(this.channel(puppet), operations)
    if (update !== undefined) puppet.send(this.hubOf(puppet).address, { type: 'update', update })
  }

  newTerms(puppet: Puppet): VirtualTerms {
    this.#nonce += 1n
    const minute = BigInt(Math.floor(this.world.scheduler.now() / 60_000))
    const hubs = puppet === this.puppets[0] ? this.hubs : this.hubs.toReversed()
    const far = [...hubs.map(({ address }) => address), this.other(puppet).address]
    const path = [puppet.address, ...(this.random.chance(0.7) ? far : [this.hubOf(puppet).address])]
    const capacity = 1n + this.amount()
    return {
      path,
      token: NATIVE_TOKEN,
      capacity,
      disputeWindow: 6 + this.random.below(6),
      nonce: (minute << 32n) + this.#nonce,
    }
  }

  /** The virtual channels that a puppet pays, the newest ones rather; all if it pays none. */
  knownOf(puppet: Puppet): readonly Known[] {
    const own = this.known.filter(({ payer }) => payer === puppet).slice(-6)
    return own.length === 0 ? this.known : own
  }

  /** What a mean payer folds at: nothing, or at most what the hub itself was seen to fold at towards the payee. */
  meanFold(virtualId: Id): bigint {
    const folds = this.puppets.flatMap((puppet) =>
      this.updatesTo(puppet).flatMap(({ operations }) =>
        operations.flatMap((one) => (one.type === 'fold' && one.lockId === virtualId ? [one.amount] : [])),
      ),
    )
    return this.random.chance(0.3) ? 0n : lowest(folds[0] ?? 0n, ...folds)
  }

  /** Virtual channels that the hub locked on for and was not seen to fold: what is redeemed of them, it owes. */
  owedBy(): readonly Known[] {
    const operations = this.puppets.flatMap((puppet) => this.updatesTo(puppet).flatMap((update) => update.operations))
    const folded = new Set(operations.flatMap((one) => (one.type === 'fold' ? [one.lockId] : [])))
    const nonces = new Set(operations.flatMap((one) => (one.type === 'add' ? [one.terms.nonce] : [])))
    return this.known.filter(({ terms, virtualId }) => nonces.has(terms.nonce) && !folded.has(virtualId))
  }

  /** Anything that the hub signed towards the puppet, as the chain wants it. */
  anyVoucher(puppet: Puppet): SignedLaneVoucher | undefined {
    const updates = this.updatesTo(puppet)
    if (updates.length === 0) return undefined
    const { voucher, signature: payerSignature } = this.random.pick(updates)
    const receiverSignature = puppet.signer.sign(this.world.chain.digests.laneVoucher(voucher))
    return { voucher, payerSignature, receiverSignature }
  }
}

type Deed = (plot: Plot, puppet: Puppet) => void

const deeds: Readonly<Record<string, readonly [weight: number, deed: Deed]>> = {
  add: [
    10,
    (plot, puppet) => {
      const terms = plot.newTerms(puppet)
      const virtualId = plot.world.chain.digests.virtualId(terms)
      plot.known.push({ terms, virtualId, payer: puppet })
      const now = BigInt(Math.floor(plot.world.scheduler.now() / 1000))
      const hops = terms.path.length - 1
      const until = Array.from({ length: hops }, (_, hop) => now + 30n + BigInt(10 * (hops - 1 - hop)))
      const fees = Array.from({ length: hops - 1 }, () => 0n)
      plot.send(puppet, [{ type: 'add', terms, memo: { until, fees } }])
    },
  ],
  fold: [
    20,
    (plot, puppet) => {
      const { virtualId } = plot.random.pick(plot.knownOf(puppet))
      plot.send(puppet, [{ type: 'fold', lockId: virtualId, amount: plot.meanFold(virtualId) }])
    },
  ],
  pay: [2, (plot, puppet) => plot.send(puppet, [{ type: 'pay', amount: plot.amount(2) }])],
  accept: [
    20,
    (plot, puppet) => {
      const update = plot.nextUnanswered(puppet)
      if (update === undefined) return
      const { channelId, lane, seq } = update.voucher
      puppet.send(plot.hubOf(puppet).address, { type: 'accepted', channelId, lane, seq })
    },
  ],
  refuse: [
    4,
    (plot, puppet) => {
      const update = plot.nextUnanswered(puppet)
      if (update === undefined) return
      const { channelId, lane, seq } = update.voucher
      const newest = plot.random.chance(0.8) ? update.base : BigInt(plot.random.below(Number(seq) + 1))
      const code = plot.random.pick(['LANE_OVERSPENT', 'FOLD_TOO_LOW', 'CHANNEL_CLOSING'])
      puppet.send(plot.hubOf(puppet).address, { type: 'refuse', channelId, lane, seq, newest, code })
    },
  ],
  countersign: [
    10,
    (plot, puppet) => {
      const updates = plot.updatesTo(puppet)
      if (updates.length === 0) return
      const update = plot.random.chance(0.7) ? updates.at(-1) : plot.random.pick(updates)
      if (update !== undefined) puppet.countersign(update, plot.hubOf(puppet))
    },
  ],
  claim: [
    10,
    (plot, puppet) => {
      const { virtualId, payer, terms } = plot.random.pick(plot.knownOf(plot.other(puppet)))
      const voucher = payer.pay(virtualId, plot.amount(Number(terms.capacity) + 1))
      const isEmpty = plot.random.chance(0.2)
      puppet.send(plot.hubOf(puppet).address, { type: 'claim', virtualId, ...(!isEmpty && { voucher }) })
    },
  ],
  voucher: [
    6,
    (plot, puppet) => {
      const { terms, virtualId } = plot.random.pick(plot.known)
      const signed = puppet.pay(virtualId, plot.amount(Number(terms.capacity) + 1))
      puppet.send(plot.hubOf(puppet).address, { type: 'voucher', terms, signed })
    },
  ],
  requestClose: [
    4,
    (plot, puppet) => {
      puppet.send(plot.hubOf(puppet).address, {
        type: 'requestClose',
        virtualId: plot.random.pick(plot.known).virtualId,
      })
    },
  ],
  decline: [
    3,
    (plot, puppet) => {
      const { virtualId } = plot.random.pick(plot.known)
      puppet.send(plot.hubOf(puppet).address, { type: 'decline', virtualId, code: 'NO', returned: plot.amount() })
    },
  ],
  askCountersignature: [
    2,
    (plot, puppet) => {
      const { channelId, lane } = plot.channel(puppet)
      puppet.send(plot.hubOf(puppet).address, { type: 'countersignRequest', channelId, lane })
    },
  ],
  withdraw: [
    1,
    (plot, puppet) => {
      const { channelId, lane } = plot.channel(puppet)
      const deadline = BigInt(Math.floor(plot.world.scheduler.now() / 1000)) + BigInt(plot.random.below(40))
      const withdrawal = { channelId, party: lane, total: plot.amount(2000), deadline }
      const signature = puppet.signer.sign(plot.world.chain.digests.withdrawal(withdrawal))
      puppet.send(plot.hubOf(puppet).address, { type: 'withdraw', withdrawal, signature })
    },
  ],
  executeWithdrawal: [
    2,
    (plot, puppet) => {
      const answers = puppet.heardOf('withdrawAnswer')
      if (answers.length === 0) return
      const { withdrawal, answer } = plot.random.pick(answers)
      if (answer.type !== 'signed') return
      const own = puppet.signer.sign(plot.world.chain.digests.withdrawal(withdrawal))
      const { terms, lane } = plot.channel(puppet)
      const signatures = lane === 0 ? ([own, answer.signature] as const) : ([answer.signature, own] as const)
      plot.world.chain.submit(puppet.address, { type: 'withdraw', terms, withdrawal, signatures })
    },
  ],
  startClose: [
    0.1,
    (plot, puppet) => {
      const { terms, channelId } = plot.channel(puppet)
      const voucher = plot.random.chance(0.5) ? plot.anyVoucher(puppet) : undefined
      const request = signCloseRequest(puppet.signer, plot.world.chain.digests, [channelId], 2n ** 63n)
      plot.world.chain.submit(puppet.address, { type: 'startClose', terms, request, ...(voucher && { voucher }) })
    },
  ],
  showLane: [
    4,
    (plot, puppet) => {
      const voucher = plot.anyVoucher(puppet)
      const { terms } = plot.channel(puppet)
      if (voucher !== undefined) plot.world.chain.submit(puppet.address, { type: 'updateLane', terms, voucher })
    },
  ],
  closeVirtual: [
    2,
    (plot, puppet) => {
      const { terms, virtualId } = plot.random.pick(plot.known)
      const request = signCloseRequest(puppet.signer, plot.world.chain.digests, [virtualId], 2n ** 63n)
      plot.world.chain.submit(puppet.address, { type: 'closeVirtual', terms, request })
    },
  ],
  redeem: [
    4,
    (plot, puppet) => {
      const owed = plot.owedBy()
      if (owed.length === 0) return
      const { terms, virtualId, payer } = plot.random.pick(owed)
      const signed = payer.pay(virtualId, plot.amount(Number(terms.capacity) + 1))
      plot.world.chain.submit(puppet.address, { type: 'redeem', terms, signed })
    },
  ],
  reorg: [0.3, (plot) => plot.world.chain.reorg(1 + plot.random.below(2))],
  kill: [
    1,
    (plot, puppet) => {
      const { random } = plot
      const hub = plot.hubOf(puppet)
      const at = hub.disk.attempts + 1 + random.below(4)
      const fate = random.pick(['killBefore', 'killAfter'] as const)
      hub.disk.fate = (attempt) => (attempt === at ? fate : 'done')
    },
  ],
  // What the hub does of its own.
  hubOpens: [
    3,
    (plot, puppet) => {
      const capacity = 1n + plot.amount()
      ask(() =>
        plot.hubOf(puppet).engine.openVirtual({
          payee: puppet.address,
          hubs: [],
          token: NATIVE_TOKEN,
          capacity,
          first: plot.amount(Number(capacity) + 1),
          lifetime: 30,
        }),
      )
    },
  ],
  hubPays: [
    3,
    (plot, puppet) => {
      const open = plot
        .hubOf(puppet)
        .engine.virtuals()
        .filter(({ role, status }) => role === 'payer' && status === 'open')
      if (open.length === 0) return
      const { virtualId, amount, terms } = plot.random.pick(open)
      const total = amount + 1n + plot.amount(Number(terms.capacity))
      ask(() => plot.hubOf(puppet).engine.pay(virtualId, total))
    },
  ],
  hubCloses: [
    2,
    (plot, puppet) => {
      const open = plot
        .hubOf(puppet)
        .engine.virtuals()
        .filter(({ status }) => status === 'open')
      if (open.length > 0) ask(() => plot.hubOf(puppet).engine.closeVirtual(plot.random.pick(open).virtualId))
    },
  ],
  hubWithdraws: [
    0.5,
    (plot, puppet) => {
      ask(() => plot.hubOf(puppet).engine.withdraw(plot.channel(puppet).channelId, 1n + plot.amount()))
    },
  ],
  part: [
    0.5,
    (plot, puppet) => {
      plot.world.network.part(plot.hubOf(puppet).address, puppet.address)
      plot.world.scheduler.after(plot.random.below(5000), () =>
        plot.world.network.heal(plot.hubOf(puppet).address, puppet.address),
      )
    },
  ],
}

/** Makes a call of the hub; that it is refused is an answer. */
function ask(run: () => Promise<unknown>): void {
  run().catch((error) => {
    if (!(error instanceof SluiceError)) throw error
  })
}

async function begin(plot: Plot): Promise<void> {
  const { world, hubs, puppets } = plot
  await world.start()
  for (const hub of hubs) reviveWhenKilled(world, hub)
  const [first, second] = hubs
  if (first !== undefined && second !== undefined) {
    const options = { peer: second.address, url: second.url, token: NATIVE_TOKEN, deposit: 4000n }
    const { channelId } = await world.finish(first.engine.openChannel(options))
    await world.finish(second.engine.topUp(channelId, 4000n))
  }
  for (const puppet of puppets) {
    const hub = plot.hubOf(puppet)
    await puppet.start()
    await puppet.connect(hub)
    plot.channels.set(puppet, await puppet.open(hub, 2000n))
    await world.finish(hub.engine.topUp(plot.channel(puppet).channelId, 2000n))
  }
  deeds.add?.[1](plot, puppets[0])
}

function pickDeed(plot: Plot): string {
  // What the hub itself signs away and nobody claims would hide a loss elsewhere, so in every other run it only forwards.
  const entries = Object.entries(deeds).filter(([name]) => plot.isPaying || !name.startsWith('hub'))
  const total = entries.reduce((sum, [, [weight]]) => sum + weight, 0)
  let left = plot.random.fraction() * total
  for (const [name, [weight]] of entries) {
    left -= weight
    if (left < 0) return name
  }
  return 'accept'
}

async function act(plot: Plot, steps: number): Promise<void> {
  for (let step = 0; step < steps; step++) {
    const name = pickDeed(plot)
    const puppet = plot.random.pick(plot.puppets)
    const isHubs = name.startsWith('hub')
    const hub = plot.hubOf(puppet)
    if (isHubs && !hub.isRunning) continue
    if (isHubs || puppet.isConnected(hub)) {
      plot.deeds[name] = (plot.deeds[name] ?? 0) + 1
      deeds[name]?.[1](plot, puppet)
    } else await puppet.connect(hub).catch(() => {})
    await plot.world.scheduler.runFor(plot.random.chance(0.1) ? plot.random.below(3000) : plot.random.below(60))
  }
}

/** The hubs close all; the puppets go on to show and redeem what they have. */
async function end(plot: Plot): Promise<void> {
  const { world, hubs, puppets } = plot
  for (const { disk } of hubs) disk.fate = () => 'done'
  await world.scheduler.runUntil('the hubs to run', () => hubs.every(({ isRunning }) => isRunning), 60_000)
  const isOver = () => hubs.every(({ engine }) => engine.channels().every(({ status }) => status === 'closed'))
  for (const puppet of puppets) {
    ask(() => plot.hubOf(puppet).engine.closeChannel(plot.channel(puppet).channelId, 'unilateral'))
  }
  for (let i = 0; i < 120; i++) {
    const name = plot.random.pick(['showLane', 'redeem', 'closeVirtual', 'startClose', 'executeWithdrawal'])
    deeds[name]?.[1](plot, plot.random.pick(puppets))
    await world.scheduler.runFor(200)
  }
  for (const { engine } of hubs) {
    for (const { channelId, status } of engine.channels()) {
      if (status !== 'closed') ask(() => engine.closeChannel(channelId))
    }
  }
  await world.scheduler.runUntil('all channels to be over', isOver, 900_000)
  await world.scheduler.runFor(60_000)
}

/** What a hub's own vouchers, signed and accepted, let it come to. */
function entitled(hub: Party): bigint {
  return hub.engine.virtuals().reduce((sum, { role, amount }) => {
    if (role === 'payer') return sum - amount
    return role === 'payee' ? sum + amount : sum
  }, MONEY)
}

/**
 * The two neighbours of an honest hub, or of two in a row, conspire against them at random: they sign and say anything, refuse and
 * countersign as they like, show the chain every voucher that they have, and redeem what they please; and the hubs are killed at some of
 * their commits. Properties 2, 3, 4 and 7 of the protocol for the hubs, which pay, are paid and forward.
 *
 * @throws Error naming the seed if a hub ends with less than it is entitled to, or anything fails that must not.
 */
export async function conspire(seed: number, steps = 400): Promise<Conspiracy> {
  const plot = new Plot(seed)
  const { world, hubs } = plot
  try {
    await begin(plot)
    await act(plot, steps)
    await end(plot)
  } catch (error) {
    throw new Error(`seed ${seed}: ${error instanceof Error ? error.stack : error}\n${world.story(40)}`)
  }
  const bugs = world.log.filter(({ level, event }) => level === 'error' && event !== 'chain not reached')
  const gains = hubs.map((hub) => hub.money - entitled(hub))
  if (gains.some((gain) => gain < 0n) || bugs.length > 0) {
    throw new Error(`seed ${seed}: the hubs gained ${gains}; ${bugs.length} errors logged\n${world.story(60)}`)
  }
  await world.stop()
  return { world, gains, deeds: plot.deeds }
}
