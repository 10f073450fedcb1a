import { type Crypto, createDigests, explainErrors, protocolErrors } from '@sluice/protocol'
import { channelView } from '../channels/view.ts'
import { engineErrors } from '../error-codes.ts'
import { virtualView } from '../locks/view.ts'
import { createPolicy, type Policy, profileOf } from '../policy/policy.ts'
import type { BlockPoint } from '../ports/chain-view.ts'
import type { Environment } from '../ports/environment.ts'
import { silentLog } from '../ports/log.ts'
import type { Store } from '../ports/store.ts'
import { type StoreOwner, storeOwnerKind } from '../records/chain/store-owner.ts'
import { createState, loadState } from '../records/state.ts'
import { allRoles } from '../roles/all-roles.ts'
import { rolesOf } from '../roles/engine-role.ts'
import { ChainWatch } from '../watch/watch.ts'
import type { ChannelView, VirtualView } from './engine.ts'

export type { StoreOwner } from '../records/chain/store-owner.ts'

/** What a store says of its channels, by itself: what happened on chain after `final`, and whoever is connected, it does not know. */
export interface StoredViews {
  /** Whom the store belongs to. */
  readonly owner: StoreOwner
  /** The final block up to which the chain is known; none where it was never caught up with. */
  readonly final?: BlockPoint
  readonly channels: readonly ChannelView[]
  readonly virtuals: readonly VirtualView[]
}

export interface ReadStoreOptions {
  readonly store: Pick<Store, 'load'>
  readonly crypto: Crypto
  /** Milliseconds since the Unix epoch. */
  readonly now: number
  /** What is kept back of what could be spent. Default: the profile of the chain. */
  readonly policy?: Policy
}

/**
 * Reads what a store says without the chain, the key or a peer. Nothing is written, and the store is as it was.
 *
 * @returns undefined for a store that no engine was started on.
 * @throws ProtocolError `RECORD_KIND_UNKNOWN`, `RECORD_VERSION_UNKNOWN`, `RECORD_MALFORMED`.
 */
export async function readStore(options: ReadStoreOptions): Promise<StoredViews | undefined> {
  explainErrors(protocolErrors, engineErrors)
  const owner = await findOwner(options.store)
  if (owner === undefined) return undefined
  const env = environmentOf(owner, options)
  const state = createState(env, env.roles.kind, () => {})
  await loadState(state, options.store)
  const chain = new ChainWatch(state)
  // Asked where to go on from, it knows its newest final block.
  const isEmpty = chain.start === undefined
  const { channels, virtuals, acknowledged } = state
  const view = { env, now: options.now, chain, channels, acknowledged, connected: () => false }
  return {
    owner,
    ...(!isEmpty && chain.final && { final: chain.final }),
    channels: [...channels.allCommitted()]
      .filter(([, { phase }]) => phase.type !== 'failed')
      .map(([, channel]) => channelView(view, channel)),
    virtuals: [...virtuals.allCommitted()].map(([, record]) => virtualView(view, record)),
  }
}

/** The owner comes before everything else: how ids and locks are hashed follows from it. */
async function findOwner(store: Pick<Store, 'load'>): Promise<StoreOwner | undefined> {
  const reader = storeOwnerKind.reader()
  for await (const [key, value] of store.load()) if (key.startsWith(storeOwnerKind.prefix)) reader.take(key, value)
  for (const [, owner] of reader.records()) return owner
  return undefined
}

function environmentOf(owner: StoreOwner, { crypto, policy }: ReadStoreOptions): Environment {
  const never = () => {
    throw new Error('a store that is only read signs nothing')
  }
  return {
    self: owner.signer,
    account: owner.signer,
    signer: { address: owner.signer, publicKey: '0x', sign: never, agree: never },
    crypto,
    digests: createDigests(owner, crypto),
    policy: policy ?? createPolicy(profileOf(owner.chainId)),
    roles: rolesOf(allRoles),
    random: never,
    log: silentLog,
  }
}
