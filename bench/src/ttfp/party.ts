import { join } from 'node:path'
import { createViemChain } from '@sluice/adapters/chain-viem'
import { createNodeCrypto, type KeyedCrypto } from '@sluice/adapters/crypto-node'
import { openSqliteStore } from '@sluice/adapters/store-sqlite'
import { systemClock, systemRandom } from '@sluice/adapters/system'
import { createWebSocketTransport, type WebSocketTransport } from '@sluice/adapters/transport-websocket'
import { createEngine, createPolicy, type Engine, type Log } from '@sluice/engine'
import { hexToBytes, NATIVE_TOKEN, type Signer } from '@sluice/protocol'
import type { PartyCalls, PartyNews, Setup } from './calls.ts'
import { LimitEnd } from './limit-end.ts'
import type { AnswerMessage, CallMessage } from './process.ts'
import { monotonicNow, type TraceEvent, traceStore, traceTransport } from './trace.ts'

const CAPACITY = 1_000n
const FIRST = 10n
const HERE = { host: '127.0.0.1', port: 0 }

const tell = (message: AnswerMessage): void => {
  process.send?.(message)
}
const news = (what: PartyNews): void => tell({ type: 'news', news: what })

const log: Log = {
  debug: () => {},
  info: () => {},
  warn: (event, values) => console.error(event, values),
  error: (event, values) => console.error(event, values),
}

/** One party: an engine on real adapters, and beside it a bare transport that carries the limit's bytes. */
class Party {
  readonly #trace: TraceEvent[] = []
  readonly engine: Engine
  readonly limit: LimitEnd
  readonly #transport: WebSocketTransport

  constructor(engine: Engine, limit: LimitEnd, transport: WebSocketTransport, trace: TraceEvent[]) {
    this.engine = engine
    this.limit = limit
    this.#transport = transport
    this.#trace = trace
    engine.subscribe((told) => {
      if (told.type === 'payment' && told.role === 'payee') {
        news({ type: 'paid', virtualId: told.virtualId, at: monotonicNow() })
      }
    })
  }

  get url(): string {
    return `ws://127.0.0.1:${this.#transport.listening?.port}`
  }

  takeTrace(): readonly TraceEvent[] {
    return this.#trace.splice(0)
  }

  async stop(): Promise<void> {
    await this.engine.stop()
    await this.limit.stop()
  }
}

function transportFor(signer: Signer, crypto: KeyedCrypto, { contract, delay }: Setup, chainId: bigint) {
  return createWebSocketTransport({
    signer,
    crypto,
    domain: { chainId, contract },
    listen: HERE,
    ...(delay !== undefined && { delay }),
  })
}

async function createParty(setup: Setup): Promise<Party> {
  const crypto = await createNodeCrypto()
  const signer = crypto.signer(hexToBytes(setup.privateKey))
  const trace: TraceEvent[] = []
  const chain = await createViemChain({
    url: setup.chainUrl,
    contract: setup.contract,
    signer,
    clock: systemClock,
    finality: { type: 'depth', blocks: 1 },
  })
  const transport = transportFor(signer, crypto, setup, chain.domain.chainId)
  const store = traceStore(openSqliteStore({ path: join(setup.folder, `${signer.address}.sqlite`) }), trace)
  const engine = await createEngine(
    {
      store,
      transport: traceTransport(transport, trace),
      chain,
      clock: systemClock,
      random: systemRandom,
      crypto,
      signer,
      log,
    },
    { policy: createPolicy('development', { forward: setup.isHub }) },
  )
  const limitSigner = crypto.signer(systemRandom(32))
  const limit = new LimitEnd(limitSigner.address, transportFor(limitSigner, crypto, setup, chain.domain.chainId), news)
  await limit.start()
  return new Party(engine, limit, transport, trace)
}

let made: Party | undefined

function party(): Party {
  if (made === undefined) throw new Error('the party is not started')
  return made
}

const calls: PartyCalls = {
  async start(setup) {
    made = await createParty(setup)
    const { engine, limit, url } = made
    return { signer: engine.signer, url, limitSigner: limit.signer, limitUrl: limit.url }
  },
  async connect({ signer, url, limitSigner, limitUrl }) {
    await party().engine.connect(signer, url)
    await party().limit.connect(limitSigner, limitUrl)
  },
  async openChannel({ signer, url }, deposit) {
    await party().engine.openChannel({ peer: signer, url, token: NATIVE_TOKEN, deposit })
  },
  async open(hub, payee) {
    const wanted = { payee: payee.signer, payeeUrl: payee.url, hubs: [hub], token: NATIVE_TOKEN }
    const at = monotonicNow()
    const { virtualId } = await party().engine.openVirtual({ ...wanted, capacity: CAPACITY, first: FIRST })
    return { virtualId, at }
  },
  sendLimit: async (round, hub, payee, sizes) => party().limit.send(round, hub, payee, sizes),
  forwardLimit: async (payee, bytes) => party().limit.forward(payee, bytes),
  trace: async () => party().takeTrace(),
  stop: () => party().stop(),
}

process.on('message', ({ id, method, parameters }: CallMessage) => {
  const call = calls[method] as (...all: readonly unknown[]) => Promise<unknown>
  call(...parameters).then(
    (value) => tell({ type: 'result', id, value }),
    (error) =>
      tell({ type: 'error', id, text: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  )
})
// The conductor is gone, however it went: so is this.
process.on('disconnect', () => process.exit())
