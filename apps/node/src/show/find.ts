import type { ChannelView, VirtualView } from '@sluice/engine'
import { NodeError } from '../errors.ts'
import type { NodeApi } from '../rpc/methods.ts'

/** The one of several whose id begins so; undefined where none does. @throws NodeError CHANNEL_AMBIGUOUS */
function oneOf<T>(all: readonly T[], idOf: (one: T) => string, prefix: string): T | undefined {
  const found = all.filter((one) => idOf(one).startsWith(prefix))
  if (found.length > 1) throw new NodeError('CHANNEL_AMBIGUOUS', { id: prefix, count: found.length })
  return found[0]
}

/**
 * The channel whose id begins so.
 *
 * @throws NodeError CHANNEL_UNKNOWN, CHANNEL_AMBIGUOUS
 */
export function pickChannel(channels: readonly ChannelView[], prefix: string): ChannelView {
  const found = oneOf(channels, ({ channelId }) => channelId, prefix)
  if (found === undefined) throw new NodeError('CHANNEL_UNKNOWN', { id: prefix })
  return found
}

/** The same of a node's. */
export async function findChannel(node: NodeApi, prefix: string): Promise<ChannelView> {
  return pickChannel(await node.call('channel.list', {}), prefix)
}

/**
 * The virtual channel whose id begins so.
 *
 * @throws NodeError VIRTUAL_CHANNEL_UNKNOWN, CHANNEL_AMBIGUOUS
 */
export function pickVirtual(virtuals: readonly VirtualView[], prefix: string): VirtualView {
  const found = oneOf(virtuals, ({ virtualId }) => virtualId, prefix)
  if (found === undefined) throw new NodeError('VIRTUAL_CHANNEL_UNKNOWN', { id: prefix })
  return found
}

/**
 * What begins so: a channel or a virtual channel.
 *
 * @throws NodeError CHANNEL_UNKNOWN, CHANNEL_AMBIGUOUS
 */
export function pickAny(
  channels: readonly ChannelView[],
  virtuals: readonly VirtualView[],
  prefix: string,
): { readonly channel: ChannelView } | { readonly virtual: VirtualView } {
  const all = [
    ...channels.map((channel) => ({ channel, id: channel.channelId })),
    ...virtuals.map((virtual) => ({ virtual, id: virtual.virtualId })),
  ]
  const found = oneOf(all, ({ id }) => id, prefix)
  if (found === undefined) throw new NodeError('CHANNEL_UNKNOWN', { id: prefix })
  return found
}
