import type { Chain, ChainHandler, Clock, Log } from '@sluice/engine'
import type { Address, Domain, Signer } from '@sluice/protocol'
import { systemClock } from '../system/system.ts'
import { findCreation } from './creation.ts'
import { openDomain, openDomains } from './domain.ts'
import { JointFollowing } from './endpoints/joint-following.ts'
import { jointRpc } from './endpoints/joint-rpc.ts'
import { shownText } from './errors.ts'
import type { Finality } from './following/finality.ts'
import { Follower, type FollowerOptions } from './following/follower.ts'
import { reasonOf, rpcError } from './rpc/failures.ts'
import { openRpc, type Rpc } from './rpc/rpc.ts'
import { Sender } from './transactions/sender.ts'
import type { Sightings } from './transactions/standing.ts'

export { ChainError, chainErrors } from './errors.ts'
export { resolveAccount } from './filecoin.ts'
export type { Finality } from './following/finality.ts'

export interface ViemChainOptions {
  /**
   * The chain's RPC: http, https, ws or wss. Several are asked side by side: a close that one of them shows counts, and money only by all that
   * answer, two at least.
   */
  readonly url: string | readonly [string, ...string[]]
  /** Which chain it must be. Default: whichever answers. */
  readonly chainId?: bigint
  /** Default: the one that @sluice/contracts knows of on this chain, or the one that `deploySluice` puts there. */
  readonly contract?: Address
  /** Sends transactions and pays their gas. */
  readonly signer: Signer
  /** Default: the machine's own. */
  readonly clock?: Clock
  /** Default: the blocks that the node calls `finalized`. */
  readonly finality?: Finality
  /** How often to ask for a new block, milliseconds. Default 1000. */
  readonly pollMs?: number
  /** How many blocks' logs to ask for at once; some nodes answer only for few. Default 2000. */
  readonly rangeBlocks?: number
  /** How long a start waits for an endpoint that lags behind what was final before, milliseconds. Default 0. */
  readonly behindMs?: number
  /** The block of the contract's creation: nothing before it is read. Default: it is looked for. */
  readonly deployedAt?: bigint
  /** Most to pay for a unit of gas, native base units. Default: whatever the chain asks. */
  readonly maxFeePerGas?: bigint
  /** Per cent on top of the gas that the chain estimates. Default 25. */
  readonly gasMargin?: number
  readonly log?: Log
}

/** What an endpoint last showed. */
export interface EndpointView {
  readonly url: string
  /** Numbers of the newest block and of the newest final one. */
  readonly newest: bigint
  readonly final: bigint
  /** Why it does not answer, if it does not. */
  readonly problem: Error | undefined
}

/** A chain, and a look at the endpoints that it is read by. */
export interface ViemChain extends Chain {
  readonly endpoints: () => readonly EndpointView[]
  /** What the account that pays for gas has, native base units, as it was last seen. */
  readonly balance: () => bigint | undefined
}

const FINALIZED: Finality = { type: 'tag', tag: 'finalized' }

/** Follows the chain by one endpoint, or by several together. */
function follow(rpcs: readonly [Rpc, ...Rpc[]], domain: Domain, options: FollowingOptions) {
  const [rpc, ...others] = rpcs
  if (others.length > 0) {
    const check = async (one: Rpc): Promise<void> => void (await openDomain(one, { ...options.given, ...domain }))
    const following = new JointFollowing({ ...options.following, rpcs, check })
    const endpoints = (): readonly EndpointView[] => following.voices
    return {
      following,
      rpc: jointRpc(rpcs, () => following.order(), options.following.clock),
      sightings: following,
      endpoints,
    }
  }
  const following = new Follower({ ...options.following, rpc })
  const sightings: Sightings = {
    blockOf: (transaction) => following.story?.blockOf(transaction),
    get final() {
      return following.story?.final
    },
  }
  return { following, rpc, sightings, endpoints: (): readonly EndpointView[] => [following] }
}

interface FollowingOptions {
  readonly given: ViemChainOptions
  readonly following: Omit<FollowerOptions, 'rpc'>
}

/** The block to begin after where nothing was read before. */
async function beforeCreation(rpc: Rpc, { contract }: Domain, { deployedAt }: ViemChainOptions): Promise<bigint> {
  try {
    const created = deployedAt ?? (await findCreation(rpc, contract))
    return created > 0n ? created - 1n : 0n
  } catch (cause) {
    throw rpcError(rpc.url, 'eth_blockNumber', cause)
  }
}

/** Reports everything to the handler, and each new head to the sender. */
function tending(handler: ChainHandler, sender: Sender, log: Log | undefined): ChainHandler {
  let tended: Promise<void> = Promise.resolve()
  return {
    block(block) {
      handler.block(block)
      tended = tended
        .then(() => sender.tend(block.number))
        .catch((error) => log?.debug('transactions.untended', { reason: shownText(reasonOf(error)) }))
    },
    rolledBack: (to) => handler.rolledBack(to),
    final: (number) => handler.final(number),
    health: (problem) => handler.health(problem),
    doubt: (reason) => handler.doubt?.(reason),
  }
}

/**
 * The chain by JSON-RPC, over viem.
 *
 * @throws ChainError `CHAIN_UNREACHABLE`, `CHAIN_WRONG`, `CHAIN_CONTRACT_UNKNOWN`, `CHAIN_NO_CONTRACT`, `CHAIN_FOREIGN_CONTRACT`, `CHAIN_RPC_FAILED`.
 * @example
 * ```ts
 * const chain = await createViemChain({ url: 'http://127.0.0.1:8545', signer })
 * ```
 */
export async function createViemChain(options: ViemChainOptions): Promise<ViemChain> {
  const { signer, clock = systemClock, finality = FINALIZED, log } = options
  const [url, ...more] = typeof options.url === 'string' ? ([options.url] as const) : options.url
  const rpcs = [openRpc(url), ...more.map((one) => openRpc(one))] as const
  const domain = await openDomains(rpcs, options, clock, log)
  const { chainId, contract } = domain
  const shared = { contract, clock, finality, ...(log !== undefined && { log }) }
  const { following, rpc, sightings, endpoints } = follow(rpcs, domain, {
    given: options,
    following: {
      ...shared,
      pollMs: options.pollMs ?? 1_000,
      rangeBlocks: options.rangeBlocks ?? 2_000,
      behindMs: options.behindMs ?? 0,
    },
  })
  const sender = new Sender({
    ...shared,
    rpc,
    chainId,
    signer,
    sightings,
    gasMargin: options.gasMargin ?? 25,
    ...(options.maxFeePerGas !== undefined && { maxFeePerGas: options.maxFeePerGas }),
  })
  return {
    domain,
    sender: signer.address,
    async start(from, handler, seen) {
      const begin = from ?? (await beforeCreation(rpc, domain, options))
      await following.start(begin, tending(handler, sender, log), seen)
    },
    allow: (call) => sender.allow(call),
    prepare: (call, terms) => sender.prepare(call, terms),
    gasPrice: () => sender.gasPrice(),
    includedCount: () => sender.includedCount(),
    broadcast: (transaction) => sender.broadcast(transaction),
    status: (transaction) => sender.status(transaction),
    endpoints,
    balance: () => sender.balance,
    async stop() {
      const stopped = following.stop()
      await rpc.close()
      await stopped
    },
  }
}
