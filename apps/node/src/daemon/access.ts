import type { Context } from '../cli/command.ts'
import { deferred } from '../deferred.ts'
import { NodeError } from '../errors.ts'
import { createRpcClient } from '../rpc/client.ts'
import { readEndpoint } from '../rpc/endpoint.ts'
import type { NodeApi } from '../rpc/methods.ts'
import type { EngineValues } from './open-node.ts'

/**
 * Does something with the node of a data folder: the one that runs, by its JSON-RPC, or else one that runs only for this.
 * The store's lock decides where both could be: it has one owner.
 */
export async function withNode<T>(
  context: Context,
  values: EngineValues,
  use: (node: NodeApi) => Promise<T>,
): Promise<T> {
  const running = await runningNode(values.data)
  const node = running ?? (await ownNode(context, values))
  try {
    return await unlessAborted(context.signal, running === undefined ? use(node) : unlessStopped(running, use))
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

/** The node that runs with a data folder, if one answers. */
export async function runningNode(dataFolder: string): Promise<NodeApi | undefined> {
  const endpoint = readEndpoint(dataFolder)
  if (endpoint === undefined) return undefined
  const client = createRpcClient(endpoint)
  try {
    await client.call('node.info', {})
    return client
  } catch {
    // Its last process was killed and left the file behind; the port may even be somebody else's by now.
    await client.close()
    return undefined
  }
}

async function ownNode(context: Context, values: EngineValues): Promise<NodeApi> {
  // The engine and its surroundings take longer to load than a running node to answer: only where they are needed.
  const [{ openNode }, { createLocalApi }] = await Promise.all([import('./open-node.ts'), import('./handlers.ts')])
  const node = await openNode(context, values, { role: 'node', changes: {} })
  return createLocalApi(node.engine, node.handlers, node.stop)
}

/** What the promise gives, unless the user interrupts first. */
export async function unlessAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  signal.throwIfAborted()
  let stopListening = () => {}
  const aborted = new Promise<never>((_, reject) => {
    const abort = () => reject(new NodeError('INTERRUPTED'))
    signal.addEventListener('abort', abort, { once: true })
    stopListening = () => signal.removeEventListener('abort', abort)
  })
  // Once interrupted, nobody waits for the promise any more; its failure is then part of the stopping.
  promise.catch(() => {})
  try {
    return await Promise.race([promise, aborted])
  } finally {
    stopListening()
  }
}
