import { type Address, type ChannelRecord, cooperativeClose, isLiveChannel, isStanding } from '@sluice/protocol'

/** Names under which channels are found, so that no event walks through all of them. */
export const channelNames = {
  /** Those with a peer, in any status. */
  with: (peer: Address): string => `with/${peer}`,
  /** Those that are proposed or agreed. */
  live: 'live',
  /** Of these, those with a peer. */
  liveWith: (peer: Address): string => `live/${peer}`,
  /** Those that a new block may move on: this side wants them closed, or something signed together waits for the chain. */
  onBlock: 'block',
} as const

/** The names of one channel. */
export function channelNamesOf({ peer, phase, withdrawals }: ChannelRecord): readonly string[] {
  const names: string[] = [channelNames.with(peer)]
  if (isLiveChannel(phase)) names.push(channelNames.live, channelNames.liveWith(peer))
  if (!isStanding(phase)) return names
  const isAsked = phase.type !== 'open' || cooperativeClose(phase).type !== 'none' || withdrawals.length > 0
  if (isAsked) names.push(channelNames.onBlock)
  return names
}
