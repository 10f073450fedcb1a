import type { ChannelWish, Id } from '@sluice/protocol'
import { EngineError } from '../errors.ts'
import { channelOf, secondsOf } from '../lanes/channel.ts'
import type { Tx } from '../ports/tx.ts'
import { crankChannelLater } from './flow.ts'

const wishes: Readonly<Record<'auto' | 'cooperative' | 'unilateral', ChannelWish>> = {
  auto: 'close',
  cooperative: 'together',
  unilateral: 'dispute',
}

/**
 * Begins to close a channel, or goes on more firmly.
 *
 * @throws EngineError `CHANNEL_UNKNOWN`, `CHANNEL_NOT_OPEN` for one that was never agreed to.
 */
export function pursueClose(tx: Tx, channelId: Id, mode: 'auto' | 'cooperative' | 'unilateral'): void {
  const channel = channelOf(tx, channelId)
  if (channel.status === 'ended') return
  if (channel.status !== 'agreed') throw new EngineError('CHANNEL_NOT_OPEN', { channelId, status: channel.status })
  const wish = wishes[mode]
  if (channel.wish !== wish && channel.wish !== 'dispute') {
    tx.channels.set(channelId, { ...channel, wish, wishedAt: secondsOf(tx) })
  }
  crankChannelLater(tx, channelId)
}
