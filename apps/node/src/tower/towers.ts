import { type ChannelView, type Engine, handover, type Log, type VirtualView } from '@sluice/engine'
import { type Address, type Domain, type Id, NATIVE_TOKEN, type TowerRequest } from '@sluice/protocol'
import { NodeError } from '../errors.ts'
import { nodeCipher } from './cipher.ts'
import { askAbout, askTower } from './client.ts'
import { type Coverage, TowerCoverage } from './coverage.ts'
import { type HiredTower, readHired, writeHired } from './hired.ts'

/** What hiring towers needs of a node. */
export interface TowersParts {
  readonly engine: Engine
  readonly domain: Domain
  readonly log: Log
  readonly dataFolder: string
  /** A request of this node for a tower, as it goes out. */
  readonly sign: (tower: Address, request: Omit<TowerRequest, 'client'>) => Uint8Array
  /** Opens a virtual channel at the fees that its hubs publish. */
  readonly pay: (
    tower: { readonly signer: Address; readonly peerUrl: string | undefined },
    hubs: readonly Address[],
    amount: bigint,
  ) => Promise<Id>
}

/** The towers of a node. */
export interface Towers {
  readonly standings: () => readonly Coverage[]
  /** Hires a tower or pays one more, and hands all over. */
  readonly add: (url: string, prepay: bigint | undefined, hubs: readonly Address[] | undefined) => Promise<Coverage>
  readonly remove: (url: string) => Promise<void>
  /** From now on what changes is handed over soon. */
  readonly start: () => void
  /** Hands over what is not yet, for so many milliseconds at most. Says what of this side's money no tower covers then, by channel. */
  readonly last: (milliseconds: number) => Promise<readonly Id[]>
  readonly stop: () => void
}

/** How long what changed waits for more, milliseconds; and the pause after a failure. */
const SOON = 1_000
const AGAIN = 15_000
/** At the latest then a tower is asked whether it holds all, milliseconds. */
const AT_LATEST = 3_600_000
/** A payment is with the tower within so long, milliseconds. */
const PAID_WITHIN = 30_000

export function createTowers(parts: TowersParts): Towers {
  const { engine, dataFolder, log, domain } = parts
  const coverages = new Map<string, TowerCoverage>()
  let newest = 0
  const number = (): bigint => {
    newest = Math.max(newest + 1, Date.now())
    return BigInt(newest)
  }
  const cover = (tower: HiredTower): TowerCoverage => {
    const known = coverages.get(tower.url)
    if (known !== undefined) return known
    const coverage = new TowerCoverage({
      tower,
      keccak256: engine.crypto.keccak256,
      items: () => engine.read((records) => handover(records, nodeCipher)),
      ask: (request) => askTower(tower.url, parts.sign(tower.signer, { ...request, number: number() })),
      now: Date.now,
    })
    coverages.set(tower.url, coverage)
    return coverage
  }
  for (const tower of readHired(dataFolder)) cover(tower)
  const updateAll = async (): Promise<boolean> => {
    const outcomes = await Promise.allSettled([...coverages.values()].map((coverage) => coverage.update()))
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') log.warn('tower.behind', { problem: String(outcome.reason) })
    }
    return outcomes.every(({ status }) => status === 'fulfilled')
  }
  let timer: NodeJS.Timeout | undefined
  let dueAt = Number.POSITIVE_INFINITY
  let isRunning = false
  const schedule = (milliseconds: number): void => {
    const at = Date.now() + milliseconds
    if (!isRunning || at >= dueAt) return
    clearTimeout(timer)
    dueAt = at
    timer = setTimeout(() => {
      dueAt = Number.POSITIVE_INFINITY
      void updateAll().then((isDone) => schedule(isDone ? AT_LATEST : AGAIN))
    }, milliseconds)
  }
  let unsubscribe = () => {}
  return {
    standings: () => [...coverages.values()].map(({ standing }) => standing),
    async add(given, prepay, hubs) {
      const url = new URL(given).href
      const about = await askAbout(url)
      if (about.chainId !== domain.chainId || about.contract !== domain.contract) {
        throw new NodeError('TOWER_FOREIGN', { url, chainId: about.chainId, contract: about.contract })
      }
      const tower = { url, signer: about.signer }
      const known = coverages.get(url)
      if (known !== undefined && known.standing.signer !== about.signer) coverages.delete(url)
      const coverage = cover(tower)
      if (prepay !== undefined) await prepaid(parts, tower, about.peerUrl, prepay, hubs, number)
      await coverage.update()
      writeHired(
        dataFolder,
        [...coverages.values()].map(({ standing }) => ({ url: standing.url, signer: standing.signer })),
      )
      schedule(AT_LATEST)
      return coverage.standing
    },
    async remove(given) {
      const url = new URL(given).href
      if (!coverages.delete(url)) throw new NodeError('TOWER_UNKNOWN', { url })
      writeHired(
        dataFolder,
        [...coverages.values()].map(({ standing }) => ({ url: standing.url, signer: standing.signer })),
      )
    },
    start() {
      isRunning = true
      unsubscribe = engine.subscribe(({ type }) => {
        if (type === 'channel' || type === 'virtual' || type === 'payment') schedule(SOON)
      })
      schedule(0)
    },
    async last(milliseconds) {
      if (coverages.size > 0) {
        await Promise.race([updateAll(), new Promise((resolve) => setTimeout(resolve, milliseconds).unref())])
      }
      const covered = new Set(
        [...coverages.values()].flatMap(({ standing }) => (standing.problem === undefined ? standing.channels : [])),
      )
      return atStake(engine.channels(), engine.virtuals()).filter((channelId) => !covered.has(channelId))
    },
    stop() {
      isRunning = false
      clearTimeout(timer)
      unsubscribe()
    },
  }
}

/** Channels by which this side was paid, and which a peer could close by an older state while nobody looks. */
function atStake(channels: readonly ChannelView[], virtuals: readonly VirtualView[]): readonly Id[] {
  const isPaid = virtuals.some(({ role, amount, status }) => role === 'payee' && amount > 0n && status === 'open')
  return channels
    .filter(
      ({ status, paid, locked }) => status !== 'closed' && (paid.received > 0n || (isPaid && locked.received > 0n)),
    )
    .map(({ channelId }) => channelId)
}

/** Pays a tower over a virtual channel, and waits until it counts. */
async function prepaid(
  { engine, sign, pay }: TowersParts,
  { url, signer }: HiredTower,
  peerUrl: string | undefined,
  amount: bigint,
  hubs: readonly Address[] | undefined,
  number: () => bigint,
): Promise<void> {
  const ask = () => askTower(url, sign(signer, { puts: [], removes: [], list: false, number: number() }))
  const { balance: before, spent: spentBefore } = await ask()
  const virtualId = await pay({ signer, peerUrl }, hubs ?? wayTo(engine.channels(), signer, amount), amount)
  try {
    for (const until = Date.now() + PAID_WITHIN; ; ) {
      const { balance, spent } = await ask()
      if (balance + spent >= before + spentBefore + amount) return
      if (Date.now() > until) throw new NodeError('TOWER_UNPAID', { url, amount })
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  } finally {
    await engine.closeVirtual(virtualId)
  }
}

/** Straight to the tower where there is a channel with it, else by the channel that has most to spend. */
function wayTo(channels: readonly ChannelView[], tower: Address, amount: bigint): readonly Address[] {
  const usable = channels
    .filter(({ status, token, spendable }) => status === 'open' && token === NATIVE_TOKEN && spendable.own >= amount)
    .toSorted((one, other) => (one.spendable.own > other.spendable.own ? -1 : 1))
  if (usable.some(({ peer }) => peer.signer === tower)) return []
  const [first] = usable
  if (first === undefined) throw new NodeError('TOWER_NO_WAY', { tower, amount })
  return [first.peer.signer]
}
