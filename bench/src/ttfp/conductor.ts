import { startLocalChain } from '@sluice/adapters/local-chain'
import type { DelayOptions } from '@sluice/adapters/transport-websocket'
import type { Hex, Id } from '@sluice/protocol'
import type { LimitSizes, PartyNews, Whereabouts } from './calls.ts'
import { type PartyProcess, startParty } from './process.ts'
import { type Names, type Stages, sizesOf, stagesOf, type Traces } from './stages.ts'

// The second to the fourth of the well-known development keys; the first deploys.
const KEYS: readonly [Hex, Hex, Hex] = [
  '0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d',
  '0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a',
  '0x7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6',
]
const DEPOSIT = 10n ** 9n
/** Openings before the first that counts: code is compiled, pages are in memory. */
const WARM_UP = 50

/** What was measured, milliseconds. */
export interface Measured {
  readonly openings: readonly number[]
  readonly limits: readonly number[]
  readonly stages: readonly Stages[]
  readonly sizes: LimitSizes
  /** Commits that each party made for one opening, with all that follows from it. */
  readonly commits: Readonly<Record<keyof Traces, number>>
}

/** Lets news be waited for, whichever comes first: the news or who waits for it. */
class NewsDesk {
  readonly #arrived = new Map<string, number>()
  readonly #waiting = new Map<string, (at: number) => void>()

  readonly take = (news: PartyNews): void => {
    const name = news.type === 'paid' ? news.virtualId : `limit ${news.round}`
    const resolve = this.#waiting.get(name)
    this.#waiting.delete(name)
    if (resolve === undefined) this.#arrived.set(name, news.at)
    else resolve(news.at)
  }

  wait(name: Id | `limit ${number}`): Promise<number> {
    const at = this.#arrived.get(name)
    this.#arrived.delete(name)
    if (at !== undefined) return Promise.resolve(at)
    return new Promise((resolve) => this.#waiting.set(name, resolve))
  }
}

interface Scene {
  readonly payer: PartyProcess
  readonly hub: PartyProcess
  readonly payee: PartyProcess
  readonly at: { readonly payer: Whereabouts; readonly hub: Whereabouts; readonly payee: Whereabouts }
  readonly news: NewsDesk
}

interface Opening {
  readonly from: number
  readonly to: number
}

async function openOne({ payer, at, news }: Scene): Promise<Opening> {
  const { virtualId, at: from } = await payer.calls.open(at.hub.signer, at.payee)
  return { from, to: await news.wait(virtualId) }
}

async function limitOne({ payer, at, news }: Scene, round: number, sizes: LimitSizes): Promise<number> {
  const from = await payer.calls.sendLimit(round, at.hub.limitSigner, at.payee.limitSigner, sizes)
  return (await news.wait(`limit ${round}`)) - from
}

async function takeTraces({ payer, hub, payee }: Scene): Promise<Traces> {
  const [atPayer, atHub, atPayee] = await Promise.all([payer.calls.trace(), hub.calls.trace(), payee.calls.trace()])
  return { payer: atPayer, hub: atHub, payee: atPayee }
}

async function warmUp(scene: Scene, names: Names): Promise<LimitSizes> {
  const openings: Opening[] = []
  for (let i = 0; i < WARM_UP; i++) openings.push(await openOne(scene))
  const traces = await takeTraces(scene)
  for (const { from, to } of openings.toReversed()) {
    const sizes = sizesOf(traces, names, from, to)
    if (sizes === undefined) continue
    await scene.hub.calls.forwardLimit(scene.at.payee.limitSigner, sizes.toPayee)
    for (let round = 0; round < WARM_UP; round++) await limitOne(scene, round, sizes)
    return sizes
  }
  throw new Error('no opening of the warm-up could be followed from end to end')
}

async function measureIn(scene: Scene, count: number): Promise<Measured> {
  const { payer, hub, payee } = scene.at
  const names: Names = { payer: payer.signer, hub: hub.signer, payee: payee.signer }
  const sizes = await warmUp(scene, names)
  const openings: Opening[] = []
  const limits: number[] = []
  // By turns, so that whatever else the machine does meets both alike.
  for (let i = 0; i < count; i++) {
    openings.push(await openOne(scene))
    limits.push(await limitOne(scene, WARM_UP + i, sizes))
  }
  const traces = await takeTraces(scene)
  const stages = openings.map(({ from, to }) => stagesOf(traces, names, from, to))
  return {
    openings: openings.map(({ from, to }) => to - from),
    limits,
    stages: stages.filter((stage): stage is Stages => stage !== undefined),
    sizes,
    commits: commitsIn(traces, count),
  }
}

function commitsIn({ payer, hub, payee }: Traces, openings: number): Measured['commits'] {
  const each = (trace: Traces['payer']): number => {
    const commits = trace.filter(({ type }) => type === 'commit').length
    return Math.round((100 * commits) / openings) / 100
  }
  return { payer: each(payer), hub: each(hub), payee: each(payee) }
}

async function setUp(
  scene: Omit<Scene, 'at'>,
  common: { folder: string; delay: DelayOptions | undefined; chainUrl: string; contract: Hex },
) {
  const [payerKey, hubKey, payeeKey] = KEYS
  const { payer, hub, payee } = scene
  const at = {
    payer: await payer.calls.start({ ...common, privateKey: payerKey, isHub: false }),
    hub: await hub.calls.start({ ...common, privateKey: hubKey, isHub: true }),
    payee: await payee.calls.start({ ...common, privateKey: payeeKey, isHub: false }),
  }
  await payer.calls.connect(at.hub)
  await payer.calls.connect(at.payee)
  await hub.calls.connect(at.payee)
  await Promise.all([payer.calls.openChannel(at.hub, DEPOSIT), hub.calls.openChannel(at.payee, DEPOSIT)])
  return at
}

/** Three parties in processes of their own on a local chain; opens so many virtual channels, one after the other. */
export async function measureTtfp(count: number, folder: string, delay: DelayOptions | undefined): Promise<Measured> {
  const chain = await startLocalChain({ blockTime: 1 })
  const news = new NewsDesk()
  const parties = [startParty(news.take), startParty(news.take), startParty(news.take)] as const
  const [payer, hub, payee] = parties
  try {
    const scene = { payer, hub, payee, news }
    const at = await setUp(scene, { folder, delay, chainUrl: chain.url, contract: chain.deployed.contract })
    const measured = await measureIn({ ...scene, at }, count)
    for (const { calls } of parties) await calls.stop()
    return measured
  } finally {
    await Promise.all(parties.map((party) => party.end()))
    await chain.stop()
  }
}
