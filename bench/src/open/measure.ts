import { createNodeCrypto } from '@sluice/adapters/crypto-node'
import { systemClock } from '@sluice/adapters/system'
import { type Id, NATIVE_TOKEN } from '@sluice/protocol'
import { LocalBlocks } from '../local/blocks.ts'
import { keyOf, LocalParty } from '../local/party.ts'
import { LocalWire } from '../local/wire.ts'
import { type Quantiles, quantiles } from '../report/quantiles.ts'
import { HUB_POLICY, KEYS, POLICY } from './build.ts'

const BLOCKS = 100
const EVENTS = 100
const SESSIONS = 50
/** Of each, so many before those that count. */
const WARM_UP = 30

/** What is asked of a process that measures. */
export interface MeasureRequest {
  readonly folder: string
  /** Newest block that the stores may know. */
  readonly head: bigint
  /** Whose store is opened; what a hub does is measured too. */
  readonly role: 'hub' | 'payee0' | 'extraPayee'
}

/** What a store's virtual channels cost. Memory is what came with the engine, after collection. */
export interface Measured {
  readonly open: number
  readonly heapBytes: number
  readonly residentBytes: number
  readonly restartMs: number
  readonly idleBlock: Quantiles
  readonly events?: {
    /** From the call that opens one more until its payee holds the first payment, all three in this process. */
    readonly open: Quantiles
    /** From the call that closes it until no lock is left at its payer. */
    readonly close: Quantiles
    /** From a peer's dialling until the hub says that the session stands. */
    readonly session: Quantiles
  }
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

function collect(): void {
  if (globalThis.gc === undefined) throw new Error('the process was not started with --expose-gc')
  for (let i = 0; i < 4; i++) globalThis.gc()
}

function memory(): { readonly heap: number; readonly resident: number } {
  collect()
  const { heapUsed, external, rss } = process.memoryUsage()
  return { heap: heapUsed + external, resident: rss }
}

async function timeBlocks(blocks: LocalBlocks, count: number): Promise<number[]> {
  const times: number[] = []
  for (let i = 0; i < count; i++) {
    const from = performance.now()
    blocks.mine()
    await nextTurn()
    times.push(performance.now() - from)
    await nextTurn()
  }
  return times
}

interface Events {
  readonly open: number[]
  readonly close: number[]
}

function paymentsOf({ engine }: LocalParty): (virtualId: Id) => Promise<number> {
  const arrived = new Map<Id, number>()
  const waiting = new Map<Id, (at: number) => void>()
  engine.subscribe((told) => {
    if (told.type !== 'payment') return
    arrived.set(told.virtualId, performance.now())
    waiting.get(told.virtualId)?.(performance.now())
  })
  return (virtualId) => {
    const at = arrived.get(virtualId)
    return at === undefined ? new Promise((resolve) => waiting.set(virtualId, resolve)) : Promise.resolve(at)
  }
}

async function timeEvents(payer: LocalParty, hub: LocalParty, payee: LocalParty, count: number): Promise<Events> {
  const paid = paymentsOf(payee)
  const times: Events = { open: [], close: [] }
  for (let i = 0; i < count; i++) {
    const from = performance.now()
    const { virtualId } = await payer.engine.openVirtual({
      payee: payee.address,
      payeeUrl: payee.url,
      hubs: [hub.address],
      token: NATIVE_TOKEN,
      capacity: 10n ** 12n,
      first: 10n,
    })
    times.open.push((await paid(virtualId)) - from)
    // The payee's answer to the payment is on its way to the payer.
    await nextTurn()
    await nextTurn()
    const between = performance.now()
    await payer.engine.closeVirtual(virtualId)
    times.close.push(performance.now() - between)
    await nextTurn()
  }
  return times
}

async function timeSessions(peer: LocalParty, hub: LocalParty, count: number): Promise<number[]> {
  const times: number[] = []
  let connected = () => {}
  const end = hub.engine.subscribe((told) => {
    if (told.type === 'peer' && told.peer === peer.address && told.connected) connected()
  })
  for (let i = 0; i < count; i++) {
    await peer.stop()
    await nextTurn()
    const stands = new Promise<void>((resolve) => {
      connected = resolve
    })
    await peer.start()
    const from = performance.now()
    await peer.engine.connect(hub.address, hub.url)
    await stands
    times.push(performance.now() - from)
    await nextTurn()
  }
  end()
  return times
}

const KEY_OF = { hub: KEYS.hub, payee0: KEYS.first + 1, extraPayee: KEYS.extraPayee } as const

/** Opens a store and measures what it costs to hold its virtual channels open. */
export async function measure({ folder, head, role }: MeasureRequest): Promise<Measured> {
  const crypto = await createNodeCrypto()
  const blocks = new LocalBlocks(crypto, head + 1n)
  const wire = new LocalWire()
  const surroundings = { crypto, clock: systemClock, blocks, wire, folder }
  const make = (name: string, number: number, policy = POLICY) =>
    new LocalParty(surroundings, { name, key: keyOf(number), policy })
  const owner = make(role, KEY_OF[role], role === 'hub' ? HUB_POLICY : POLICY)
  const before = memory()
  const from = performance.now()
  await owner.start()
  const restartMs = performance.now() - from
  const after = memory()
  await timeBlocks(blocks, WARM_UP)
  const idleBlock = quantiles(await timeBlocks(blocks, BLOCKS))
  const measured = {
    open: owner.engine.virtuals().filter(({ status }) => status === 'open').length,
    heapBytes: after.heap - before.heap,
    residentBytes: after.resident - before.resident,
    restartMs: Math.round(restartMs),
    idleBlock,
  }
  if (role !== 'hub') {
    await owner.stop()
    return measured
  }
  const payer = make('extraPayer', KEYS.extraPayer)
  const payee = make('extraPayee', KEYS.extraPayee)
  for (const party of [payer, payee]) {
    await party.start()
    await party.engine.connect(owner.address, owner.url)
  }
  await timeEvents(payer, owner, payee, WARM_UP)
  const events = await timeEvents(payer, owner, payee, EVENTS)
  const session = quantiles(await timeSessions(payer, owner, SESSIONS))
  for (const party of [payer, payee, owner]) await party.stop()
  return { ...measured, events: { open: quantiles(events.open), close: quantiles(events.close), session } }
}
