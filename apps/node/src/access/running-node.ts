import { deferred } from '../deferred.ts'
import { NodeError } from '../errors.ts'
import { createRpcClient, type RpcEndpoint } from '../rpc/client.ts'
import { readEndpoint } from '../rpc/endpoint.ts'
import type { NodeApi } from '../rpc/methods.ts'

/** How long a node may take to say who it is, milliseconds. One that works takes a few. */
const PATIENCE = 5_000

/** The node of a data folder as it was found. */
export type Found =
  | { readonly type: 'answers'; readonly node: NodeApi }
  /** Its process is there and says nothing, as one that is stopped or stuck. */
  | { readonly type: 'silent'; readonly url: string; readonly pid: number }
  | { readonly type: 'none' }

/** Looks for the node that runs with a data folder. */
export async function findNode(dataFolder: string, patience = PATIENCE): Promise<Found> {
  const endpoint = readEndpoint(dataFolder)
  return endpoint === undefined ? { type: 'none' } : ask(endpoint, patience)
}

async function ask(endpoint: RpcEndpoint, patience: number): Promise<Found> {
  const node = createRpcClient(endpoint)
  const silence = deferred<Found>()
  const timer = setTimeout(() => silence.resolve({ type: 'silent', url: endpoint.url, pid: endpoint.pid }), patience)
  // Its last process may have been killed and left the file behind; the port may even be somebody else's by now.
  const answer = node.call('node.info', {}).then(
    (): Found => ({ type: 'answers', node }),
    (): Found => ({ type: 'none' }),
  )
  const found = await Promise.race([answer, silence.promise])
  clearTimeout(timer)
  if (found.type !== 'answers') await node.close()
  return found
}

/**
 * The node that runs with a data folder, if one does.
 *
 * @throws NodeError NODE_UNREACHABLE where it is there and does not answer
 */
export async function runningNode(dataFolder: string, patience?: number): Promise<NodeApi | undefined> {
  const found = await findNode(dataFolder, patience)
  if (found.type === 'silent') {
    const { url, pid } = found
    throw new NodeError('NODE_UNREACHABLE', { url, problem: `process ${pid} says nothing` })
  }
  return found.type === 'answers' ? found.node : undefined
}
