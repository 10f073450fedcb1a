import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createViemChain, resolveAccount, type ViemChain } from '@sluice/adapters/chain-viem'
import { createNodeCrypto } from '@sluice/adapters/crypto-node'
import { openSqliteStore } from '@sluice/adapters/store-sqlite'
import { systemClock, systemRandom } from '@sluice/adapters/system'
import { createWebSocketTransport, type WebSocketTransport } from '@sluice/adapters/transport-websocket'
import {
  createEngine,
  type Engine,
  type Guard,
  type Log,
  type Policy,
  type PolicyChanges,
  scheduleFor,
} from '@sluice/engine'
import {
  type Address,
  type Crypto,
  createDigests,
  type Digests,
  type Domain,
  NATIVE_TOKEN,
  signTowerRequest,
} from '@sluice/protocol'
import { ageText } from '../age.ts'
import type { Context } from '../cli/command.ts'
import type { Values } from '../cli/options.ts'
import type { ListenAddress } from '../cli/parse.ts'
import { chainUrlsOf, contractPlace } from '../config/contract.ts'
import { connectionsFor } from '../config/descriptors.ts'
import { loadKey } from '../config/key.ts'
import type { engineOptions } from '../config/options.ts'
import { policyOf } from '../config/policy.ts'
import { problemOf } from '../errors.ts'
import { createLog } from '../log.ts'
import { hostText } from '../rpc/listen.ts'
import type { Handlers, NodeInfo } from '../rpc/methods.ts'
import { createTowers, type Towers } from '../tower/towers.ts'
import { writeGreeting } from './greeting.ts'
import { createHandlers } from './handlers.ts'
import { createHubFees } from './hub-fees.ts'
import { openPeerUrls } from './peer-urls.ts'
import { createStopper } from './stopper.ts'

/** The values of the options that an engine needs. */
export type EngineValues = Values<typeof engineOptions>

/** What a node is for. */
export interface Role {
  readonly role: NodeInfo['role']
  /** What is changed of the profile's limits. */
  readonly changes: PolicyChanges
}

export interface OpenNodeOptions extends Role {
  /** Where peers connect; without it the node only dials. */
  readonly listen?: ListenAddress
  /** Proxies in front of that. */
  readonly trustedProxies?: readonly string[]
  /** Who wants calls made on chain beside the engine's own; ended with the node. */
  readonly guard?: (parts: GuardParts) => Promise<Guard & { readonly close: () => Promise<void> }>
  /** Called once when the node can not go on, such as when the disk is full. */
  readonly onFatal?: (problem: unknown) => void
}

/** What a guard is made of. */
export interface GuardParts {
  readonly signer: Address
  readonly crypto: Crypto
  readonly digests: Digests
  readonly policy: Policy
  readonly log: Log
}

/** How long a start waits for an endpoint of the chain that lags, milliseconds. */
const BEHIND = 60_000

/** An engine with its surroundings. */
export interface OpenNode {
  readonly engine: Engine
  readonly handlers: Handlers
  readonly towers: Towers
  readonly domain: Domain
  readonly chain: Pick<ViemChain, 'endpoints' | 'balance'>
  /** Connections of peers that made room for others or were not taken. */
  readonly turnedAway: () => number
  /** Sets who hears of each event that is worth a line in the log. */
  readonly onEvent: (listener: (event: string, code: string) => void) => void
  readonly log: Log
  readonly info: () => NodeInfo
  readonly stop: () => Promise<void>
}

/**
 * Puts an engine and its surroundings together: key, store, chain, peers.
 *
 * @throws the typed error of whatever is not there
 */
export async function openNode(context: Context, values: EngineValues, options: OpenNodeOptions): Promise<OpenNode> {
  const stopper = createStopper()
  try {
    return await assemble(context, values, options, stopper)
  } catch (thrown) {
    await stopper.stop().catch(() => {})
    throw thrown
  }
}

type Stopper = ReturnType<typeof createStopper>

async function assemble(
  context: Context,
  values: EngineValues,
  options: OpenNodeOptions,
  stopper: Stopper,
): Promise<OpenNode> {
  let heard: ((event: string, code: string) => void) | undefined
  const log = tellingWaits(
    context,
    options,
    logOf(context, values, options, (event, code) => heard?.(event, code)),
  )
  const policy = policyOf(values, options.changes)
  const crypto = await createNodeCrypto()
  const signer = crypto.signer(await loadKey(values, context.environment))
  mkdirSync(values.data, { recursive: true, mode: 0o700 })
  const account =
    values.account === undefined ? undefined : await resolveAccount(chainUrlsOf(values)[0], values.account)
  if (account !== values.account) log.warn('account.translated', { given: values.account, account })
  const store = openSqliteStore({ path: join(values.data, 'store.db') })
  stopper.add(() => store.close())
  const chain = await createViemChain({
    ...contractPlace(values),
    signer,
    clock: systemClock,
    log,
    ...chainTiming(values),
    behindMs: BEHIND,
  })
  stopper.add(() => chain.stop())
  // It listens before the engine has caught up with the chain: until then it says nothing of itself.
  let info: (() => NodeInfo) | undefined
  const greeting = () => (info === undefined ? '{}' : writeGreeting(info(), scheduleFor(policy)))
  const transport = createWebSocketTransport({
    signer,
    crypto,
    domain: chain.domain,
    log,
    limits: { connections: connectionsFor('peers') },
    ...(options.listen !== undefined && {
      listen: { ...options.listen, greeting, trustedProxies: options.trustedProxies ?? [] },
    }),
  })
  stopper.add(() => transport.stop())
  const ports = { store, transport, chain, clock: systemClock, random: systemRandom, crypto, signer, log }
  const digests = createDigests(chain.domain, crypto)
  const guard = await options.guard?.({ signer: signer.address, crypto, digests, policy, log })
  if (guard !== undefined) stopper.add(() => guard.close())
  const engine = await createEngine(ports, {
    policy,
    ...(guard !== undefined && { guard }),
    onFatal: (problem) => {
      log.error('engine.stopped', { problem: problemOf(problem) })
      options.onFatal?.(problem)
    },
    ...(account === undefined ? {} : { account }),
  })
  stopper.add(() => engine.stop())
  const readInfo = () => infoOf(context, values, options, engine, chain.domain, transport)
  info = readInfo
  const urls = openPeerUrls(values.data)
  const fees = createHubFees(urls, systemClock)
  // A fee that was too low has changed since it was read: the next try reads it.
  engine.subscribe((told) => {
    if (told.type === 'virtual' && told.virtual.declined === 'FEE_LOW')
      fees.forget(told.virtual.terms.path.slice(1, -1))
  })
  const towers = createTowers({
    ...{ engine, domain: chain.domain, log, dataFolder: values.data },
    sign: (tower, request) =>
      signTowerRequest({ crypto, digests, sign: signer.sign }, tower, { ...request, client: signer.address }),
    async pay({ signer: payee, peerUrl: payeeUrl }, hubs, amount) {
      const wanted = { payee, hubs, token: NATIVE_TOKEN, capacity: amount, first: amount }
      const opened = await handlers['virtual.open']({ ...wanted, ...(payeeUrl !== undefined && { payeeUrl }) })
      return opened.virtualId
    },
  })
  stopper.add(towers.stop)
  const handlers: Handlers = createHandlers({
    ...{ engine, policy, urls, fees, info: readInfo, towers },
    balance: chain.balance,
  })
  return {
    engine,
    handlers,
    towers,
    domain: chain.domain,
    chain,
    turnedAway: () => transport.turnedAway,
    onEvent: (listener) => {
      heard = listener
    },
    log,
    info: readInfo,
    stop: stopper.stop,
  }
}

/** How a chain is read and paid for, by the options. */
export function chainTiming(values: EngineValues) {
  return {
    finality: values.finality ?? ({ type: 'tag', tag: 'finalized' } as const),
    pollMs: pollOf(values),
    ...(values.contractBlock === undefined ? {} : { deployedAt: BigInt(values.contractBlock) }),
    ...(values.gasPriceMax === undefined ? {} : { maxFeePerGas: values.gasPriceMax }),
  }
}

/** The log as the options want it. */
export function logOf(
  { output }: Context,
  { logFormat, logLevel }: EngineValues,
  { listen }: Pick<OpenNodeOptions, 'listen'>,
  onEvent: (event: string, code: string) => void,
): Log {
  const { streams, json } = output
  // A command that runs an engine for a moment answers on its own; a daemon's log is all that its operator sees.
  const level = logLevel ?? (listen === undefined ? 'error' : 'info')
  const format = logFormat ?? (streams.errIsTerminal && !json ? 'pretty' : 'json')
  return createLog({ write: streams.err, format, level, now: Date.now, onEvent })
}

/** What a one-off command waits for is told to whoever started it: its log shows only errors. */
function tellingWaits({ output }: Context, { listen }: OpenNodeOptions, log: Log): Log {
  if (listen !== undefined) return log
  let isTold = false
  return {
    ...log,
    warn: (event, values) => {
      log.warn(event, values)
      if (event !== 'chain.behind' || isTold) return
      isTold = true
      const text = `the chain endpoint stands at block ${values?.head}, before block ${values?.final} that was final: waiting for it, at most ${ageText(BEHIND / 1_000)} ...`
      output.event('waiting', { for: 'the chain endpoint to be in step', atMostMs: BEHIND, ...values }, text)
    },
  }
}

function pollOf({ chainPoll, profile }: EngineValues): number {
  if (chainPoll !== undefined) return Math.max(1, chainPoll) * 1000
  return profile === 'development' ? 200 : 2_000
}

function infoOf(
  context: Context,
  values: EngineValues,
  { role, listen }: OpenNodeOptions,
  engine: Engine,
  domain: Domain,
  transport: WebSocketTransport,
): NodeInfo {
  const peerUrl = peerUrlOf(values, listen, transport)
  return {
    version: context.version,
    role,
    profile: values.profile,
    signer: engine.signer,
    account: engine.account,
    chainId: domain.chainId,
    contract: domain.contract,
    ...(peerUrl === undefined ? {} : { peerUrl }),
  }
}

function peerUrlOf(
  values: EngineValues & { readonly publicUrl?: string | undefined },
  listen: ListenAddress | undefined,
  { listening }: WebSocketTransport,
): string | undefined {
  if (values.publicUrl !== undefined) return values.publicUrl
  return listen === undefined || listening === undefined ? undefined : `ws://${hostText(listen.host)}:${listening.port}`
}
