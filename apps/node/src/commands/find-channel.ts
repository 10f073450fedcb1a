import type { ChannelView } from '@sluice/engine'
import { NodeError } from '../errors.ts'
import type { NodeApi } from '../rpc/methods.ts'

/**
 * The channel whose id begins so.
 *
 * @throws NodeError CHANNEL_UNKNOWN, CHANNEL_AMBIGUOUS
 */
export async function findChannel(node: NodeApi, prefix: string): Promise<ChannelView> {
  const found = (await node.call('channel.list', {})).filter(({ channelId }) => channelId.startsWith(prefix))
  const [channel] = found
  if (channel === undefined) throw new NodeError('CHANNEL_UNKNOWN', { id: prefix })
  if (found.length > 1) throw new NodeError('CHANNEL_AMBIGUOUS', { id: prefix, count: found.length })
  return channel
}
