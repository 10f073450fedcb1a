import { highest } from '../../primitives/extremes.ts'
import { nonceMinute } from '../../terms/nonce.ts'
import type { ChannelContext, ChannelLimits } from './channel-events.ts'
import type { ChannelLife, PhaseOf } from './channel-phase.ts'

/** Unix second at which a proposal that nobody answered is given up, and a failed one is forgotten though nobody asked. */
export function openingDue(since: bigint, { proposalTimeout }: Pick<ChannelLimits, 'proposalTimeout'>): bigint {
  return since + BigInt(proposalTimeout)
}

/** Unix second at which the peer had its time to close with this side. */
export function closingDue(since: bigint, { closeTimeout }: Pick<ChannelLimits, 'closeTimeout'>): bigint {
  return since + BigInt(closeTimeout)
}

/** Unix second from which nobody agrees to a channel's id any more, for the age of its nonce. */
export function idDue(
  nonce: bigint,
  { nonceAgeMax, chainLag }: Pick<ChannelLimits, 'nonceAgeMax' | 'chainLag'>,
): bigint {
  return nonceMinute(nonce) * 60n + BigInt(2 * nonceAgeMax * 60 + chainLag)
}

/**
 * Unix second at which a channel that was agreed to is forgotten, if nobody has paid into it by then: agreeing costs a peer nothing, so
 * records of it must not last. Its id may come back, since nothing was ever signed under it; where a close was, only once it cannot.
 */
export function abandonDue({ since, close }: PhaseOf<'open' | 'frozen'>, nonce: bigint, limits: ChannelLimits): bigint {
  const funding = since + BigInt(limits.fundingTimeout)
  return close.type === 'none' ? funding : highest(funding, idDue(nonce, limits))
}

/** Unix second at which the phase is to be looked at for the time alone; undefined for never. From phase and record, without the chain. */
export function channelWakeAt(
  phase: ChannelLife,
  {
    nonce,
    lanes,
    limits,
  }: Pick<ChannelContext, 'nonce' | 'limits'> & { readonly lanes: { readonly isUnused: boolean } },
): bigint | undefined {
  switch (phase.type) {
    case 'proposed':
    case 'failed':
      return openingDue(phase.since, limits)
    case 'closing':
      return isWaitingForPeer(phase) ? closingDue(phase.since, limits) : undefined
    case 'open':
    case 'frozen':
      return lanes.isUnused ? abandonDue(phase, nonce, limits) : undefined
    case 'ended':
      return idDue(nonce, limits)
    case 'absent':
      return undefined
  }
}

/** Whether the peer's time to close with this side runs. With both signatures there is nothing to wait for from it, only for the chain. */
export function isWaitingForPeer({ intent, close }: Extract<ChannelLife, { readonly type: 'closing' }>): boolean {
  return intent !== 'unilateral' && close.type !== 'agreed'
}
