import { join } from 'node:path'
import type { BlockPoint, ChannelView, VirtualView } from '@sluice/engine'
import type { Address } from '@sluice/protocol'
import type { Context } from '../cli/command.ts'
import { toggle } from '../cli/options.ts'
import { engineOptions } from '../config/options.ts'
import { loadTokens } from '../config/tokens.ts'
import type { EngineValues } from '../daemon/open-node.ts'
import type { NodeApi, NodeStatus } from '../rpc/methods.ts'
import { findNode } from './running-node.ts'
import { unlessAborted } from './unless-aborted.ts'
import { withOwnNode } from './with-node.ts'

/** Options of the commands that only look. */
export const lookingOptions = {
  ...engineOptions,
  sync: toggle('where no node runs, catch up with the chain first, which takes the key and --chain'),
}

/** The values of these options. */
export type LookingValues = EngineValues & { readonly sync: boolean }

/** Where what is shown comes from. */
export type Source =
  /** A node answered: the one that runs, or with --sync one that ran for this. */
  | { readonly type: 'node'; readonly status: NodeStatus }
  /** The store alone, as of the final block that it knows. */
  | {
      readonly type: 'store'
      readonly final: BlockPoint | undefined
      /** The process that has the store and did not answer. */
      readonly heldBy: number | undefined
    }
  /** No node was ever started with the folder. */
  | { readonly type: 'nothing' }

/** What is known of a node's money. */
export interface NodeViews {
  readonly source: Source
  /** Whose money it is, where that is known. */
  readonly signer: Address | undefined
  readonly channels: readonly ChannelView[]
  readonly virtuals: readonly VirtualView[]
}

/**
 * What the node of a data folder knows, for commands that only look: asked of the node that runs, or read from its store. Neither the chain
 * nor the key is needed, and nothing is written.
 *
 * @throws StoreError for a store that is damaged
 */
export async function readViews(context: Context, values: LookingValues): Promise<NodeViews> {
  loadTokens(values.data)
  const found = await unlessAborted(context.signal, findNode(values.data))
  if (found.type === 'answers') {
    try {
      return await unlessAborted(context.signal, askNode(found.node))
    } finally {
      await found.node.close()
    }
  }
  if (found.type === 'none' && values.sync) return withOwnNode(context, values, askNode)
  return unlessAborted(context.signal, readStoreOf(values))
}

async function askNode(node: NodeApi): Promise<NodeViews> {
  const [status, channels, virtuals] = await Promise.all([
    node.call('node.status', {}),
    node.call('channel.list', {}),
    node.call('virtual.list', {}),
  ])
  return { source: { type: 'node', status }, signer: status.info.signer, channels, virtuals }
}

async function readStoreOf(values: LookingValues): Promise<NodeViews> {
  const [{ holderOf, readSqliteStore }, { readStore }, { createNodeCrypto }, { policyOf }] = await Promise.all([
    import('@sluice/adapters/store-sqlite'),
    import('@sluice/engine'),
    import('@sluice/adapters/crypto-node'),
    import('../config/policy.ts'),
  ])
  const path = join(values.data, 'store.db')
  const store = readSqliteStore(path)
  if (store === undefined) return { source: { type: 'nothing' }, signer: undefined, channels: [], virtuals: [] }
  try {
    const read = await readStore({ store, crypto: await createNodeCrypto(), now: Date.now(), policy: policyOf(values) })
    const heldBy = holderOf(path)
    if (read === undefined) {
      return { source: { type: 'store', final: undefined, heldBy }, signer: undefined, channels: [], virtuals: [] }
    }
    const { owner, final, channels, virtuals } = read
    return { source: { type: 'store', final, heldBy }, signer: owner.signer, channels, virtuals }
  } finally {
    await store.close()
  }
}
