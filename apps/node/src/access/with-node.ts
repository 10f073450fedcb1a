import type { Context } from '../cli/command.ts'
import { loadTokens } from '../config/tokens.ts'
import type { EngineValues } from '../daemon/open-node.ts'
import { deferred } from '../deferred.ts'
import type { NodeApi } from '../rpc/methods.ts'
import { runningNode } from './running-node.ts'
import { unlessAborted } from './unless-aborted.ts'

/**
 * Does something with the node of a data folder: the one that runs, by its JSON-RPC, or else one that runs only for this.
 * The store's lock decides where both could be: it has one owner.
 */
export async function withNode<T>(
  context: Context,
  values: EngineValues,
  use: (node: NodeApi) => Promise<T>,
): Promise<T> {
  loadTokens(values.data)
  const running = await unlessAborted(context.signal, runningNode(values.data))
  return running === undefined
    ? withOwnNode(context, values, use)
    : closing(running, () => unlessAborted(context.signal, unlessStopped(running, use)))
}

/** Does something with a node that runs only for this. */
export async function withOwnNode<T>(
  context: Context,
  values: EngineValues,
  use: (node: NodeApi) => Promise<T>,
): Promise<T> {
  const opening = ownNode(context, values)
  // Interrupted while it starts, it is stopped once it stands; the process need not wait for that.
  context.signal.addEventListener('abort', () => void opening.then((node) => node.close()).catch(() => {}), {
    once: true,
  })
  const node = await unlessAborted(context.signal, opening)
  return closing(node, () => unlessAborted(context.signal, use(node)))
}

async function closing<T>(node: NodeApi, use: () => Promise<T>): Promise<T> {
  try {
    return await use()
  } finally {
    await node.close()
  }
}

/** Ends at once when the running node does, rather than at the next call to it. */
async function unlessStopped<T>(node: NodeApi, use: (node: NodeApi) => Promise<T>): Promise<T> {
  const stopped = deferred<never>()
  const unsubscribe = await node.subscribe(() => {}, stopped.reject)
  try {
    return await Promise.race([use(node), stopped.promise])
  } finally {
    unsubscribe()
  }
}

async function ownNode(context: Context, values: EngineValues): Promise<NodeApi> {
  // The engine and its surroundings take longer to load than a running node to answer: only where they are needed.
  const [{ openNode }, { createLocalApi }] = await Promise.all([
    import('../daemon/open-node.ts'),
    import('../daemon/handlers.ts'),
  ])
  const node = await openNode(context, values, { role: 'node', changes: {} })
  return createLocalApi(node.engine, node.handlers, node.stop)
}
