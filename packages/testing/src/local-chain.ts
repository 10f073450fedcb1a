import { createViemChain } from '@sluice/adapters/chain-viem'
import { createNodeCrypto, type KeyedCrypto } from '@sluice/adapters/crypto-node'
import { developmentSigner, type LocalChain, startLocalChain } from '@sluice/adapters/local-chain'
import { createConsoleLog, type LogLevel } from '@sluice/adapters/log'
import { createMemoryStore } from '@sluice/adapters/store-memory'
import { systemClock as clock, systemRandom as random } from '@sluice/adapters/system'
import { createWebSocketTransport, type WebSocketTransport } from '@sluice/adapters/transport-websocket'
import { createClientOver } from '@sluice/client'
import { createEngine, createPolicy, type Engine, type EnginePorts, type PolicyChanges } from '@sluice/engine'
import { type Address, type Domain, NATIVE_TOKEN } from '@sluice/protocol'
import { type Audit, auditChain, closeAll } from './close-all.ts'
import { funded, type TestNetwork, type TestNetworkOptions, testNetwork } from './network.ts'

const COIN = 10n ** 18n

/** Seconds. Nodes wait for the block after the one that they act on, so a chain that makes blocks only for transactions stands still. */
const BLOCK_TIME = 0.25

export type { Audit } from './close-all.ts'

export interface LocalNetworkOptions extends TestNetworkOptions {
  /** What the parties tell on the console. Default `error`. */
  readonly logLevel?: LogLevel
}

/** A network on a local chain, with real sockets on this machine. */
export interface LocalNetwork extends TestNetwork {
  readonly chain: LocalChain
  /** Where peers reach the hub, and who it is: what a program is told that opens a channel of its own. */
  readonly hubUrl: string
  readonly hubSigner: Address
  /** Closes all channels, and adds up on the chain whether nobody lost what it was not charged. Nothing more is bought after it. */
  closeAll(): Promise<Audit>
}

interface Node {
  readonly engine: Engine
  readonly domain: Domain
  readonly url: string
  stop(): Promise<void>
}

const urlOf = ({ listening }: WebSocketTransport): string => `ws://127.0.0.1:${listening?.port ?? 0}`

/** Blocks are final at once: nobody undoes them on a chain of one's own. */
const finality = { type: 'depth', blocks: 0 } as const

async function startNode(
  crypto: KeyedCrypto,
  chain: LocalChain,
  key: number,
  level: LogLevel,
  policy: PolicyChanges,
): Promise<Node> {
  const log = createConsoleLog(level)
  const signer = developmentSigner(crypto, key)
  const { contract } = chain.deployed
  const port = await createViemChain({ url: chain.url, contract, signer, clock, finality, pollMs: 20, log })
  const listen = { host: '127.0.0.1', port: 0 }
  const transport = createWebSocketTransport({ signer, crypto, domain: port.domain, log, listen })
  const ports: EnginePorts = { store: createMemoryStore(), transport, chain: port, clock, random, crypto, signer, log }
  const engine = await createEngine(ports, { policy: createPolicy('development', policy) })
  const stop = async (): Promise<void> => {
    await engine.stop()
    await transport.stop()
    await port.stop()
  }
  return { engine, domain: port.domain, url: urlOf(transport), stop }
}

/** Starts what is asked for one after the other, and ends all that was started if one fails. */
async function startNodes(chain: LocalChain, level: LogLevel): Promise<readonly [Node, Node, Node]> {
  const crypto = await createNodeCrypto()
  const started: Node[] = []
  const start = async (key: number, policy: PolicyChanges): Promise<Node> => {
    const node = await startNode(crypto, chain, key, level, policy)
    started.push(node)
    return node
  }
  try {
    return [await start(1, {}), await start(2, { forward: true }), await start(3, {})]
  } catch (error) {
    await Promise.all(started.map((node) => node.stop()))
    throw error
  }
}

/**
 * A hub, a payer and a payee with channels on a local chain: the contract itself, by anvil, and real sockets on free ports. It takes some
 * seconds.
 *
 * @throws ChainError, TransportError if the chain or a socket does not come up.
 * @example
 * ```ts
 * await using network = await startLocalNetwork()
 * ```
 */
export async function startLocalNetwork(options: LocalNetworkOptions = {}): Promise<LocalNetwork> {
  const { deposit = COIN, logLevel = 'error' } = options
  const chain = await startLocalChain({ blockTime: BLOCK_TIME })
  try {
    const [payer, hub, payee] = await startNodes(chain, logLevel)
    const open = (from: Node, to: Node) =>
      from.engine.openChannel({ peer: to.engine.signer, url: to.url, token: NATIVE_TOKEN, deposit })
    await open(payer, hub)
    await open(hub, payee)
    await Promise.all([hub, payee].map(({ engine }) => funded(engine)))
    const network = testNetwork({
      payer: createClientOver(payer.engine, payer.domain),
      payee: createClientOver(payee.engine, payee.domain, { url: payee.url, hubUrl: () => hub.url }),
      hub: hub.engine,
      async stop() {
        for (const node of [payer, hub, payee]) await node.stop()
        await chain.stop()
      },
    })
    const engines = [payer, hub, payee].map(({ engine }) => engine)
    return {
      ...network,
      chain,
      hubUrl: hub.url,
      hubSigner: hub.engine.signer,
      async closeAll() {
        await closeAll(engines)
        const accounts = engines.map(({ account }) => account)
        return auditChain(chain.url, chain.deployed.contract, accounts)
      },
    }
  } catch (error) {
    await chain.stop()
    throw error
  }
}
