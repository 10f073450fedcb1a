import type { ChannelContext, ChannelEffect, ChannelEvent } from '../../machines/channels/channel-events.ts'
import type { ChannelLife, CooperativeClose } from '../../machines/channels/channel-phase.ts'
import type { Close } from '../../terms/voucher.ts'
import { channelId, channelLanes, channelLimits } from './channel-machine.ts'
import type { Example } from './examples.ts'

const NOW = 1200n
const { unused, quiet, busy, locked } = channelLanes
const live = { state: 'live', isOver: false, isFunded: true, isStale: false } as const
/** What an example changes: a live channel with quiet lanes and a peer that is there. */
export const baseContext: ChannelContext = {
  channelId,
  nonce: 15n << 32n,
  now: NOW,
  finalTime: 1100n,
  isConnected: true,
  lanes: quiet,
  chain: live,
  holdsVirtuals: false,
  limits: channelLimits,
}

const deadline = 1400n
/** What the quiet lanes come to. */
const close: Close = { channelId, from: 0, amount: 70n, deadline }
const later = { ...close, deadline: deadline + 10n }
const sooner = { ...close, deadline: deadline - 10n }
const other = { ...close, amount: 71n }
const none: CooperativeClose = { type: 'none' }
const requested: CooperativeClose = { type: 'requested', close, peerSignature: '0x01' }
const signed: CooperativeClose = { type: 'signed', close }
const refused: CooperativeClose = { type: 'refused', close, code: 'NOT_NOW' }
const agreed = (of: Close, peerSignature: `0x${string}` = '0x01'): CooperativeClose => ({
  type: 'agreed',
  close: of,
  peerSignature,
})

type Intent = 'cooperative' | 'auto' | 'unilateral'
const since = 1000n
/** An open channel. */
export const openChannel = (state: CooperativeClose = none, begun = since): ChannelLife => ({
  type: 'open',
  since: begun,
  close: state,
})
const closing = (intent: Intent, state: CooperativeClose = none, begun = since): ChannelLife => ({
  type: 'closing',
  since: begun,
  intent,
  close: state,
})
const frozen = (state: CooperativeClose = none, begun = since): ChannelLife => ({
  type: 'frozen',
  since: begun,
  code: 'PEER_FROZEN',
  text: 'it forgot message 7',
  close: state,
})
const failedAt = (begun: bigint): ChannelLife => ({ type: 'failed', since: begun, reason: { type: 'unanswered' } })
const proposed: ChannelLife = { type: 'proposed', since }
const absent: ChannelLife = { type: 'absent' }
const ended: ChannelLife = { type: 'ended' }

const asks = (of: Close) => ({ type: 'close', close: of, peerSignature: '0x01' }) as const
const call = (intent: Intent) => ({ type: 'closeCall', intent }) as const
const changed = { type: 'contextChanged' } as const
const seen = 'ADD_ID_SEEN'
const refuses = (of: Close, code: string): ChannelEffect => ({ type: 'refuseClose', close: of, code })
const answers = (of: Close): ChannelEffect => ({ type: 'signCloseAnswer', close: of })
const warned = { type: 'warn' }

type ChannelExample = Example<ChannelLife, ChannelEvent, ChannelContext, object>

/** What holds of every channel that stands: it answers the peer's close alike. */
const inEveryStanding = (make: (state?: CooperativeClose) => ChannelLife): readonly ChannelExample[] => [
  {
    name: 'agrees again',
    from: make(),
    event: { type: 'propose', refusal: undefined },
    effects: [{ type: 'sendAgree' }],
  },
  {
    name: 'refuses a close that differs from the signed one',
    from: make(signed),
    event: asks(other),
    effects: [refuses(other, 'CLOSE_DIFFERS')],
  },
  {
    name: 'refuses the deadline of a close like the signed one',
    from: make(signed),
    event: asks({ ...close, deadline: 9000n }),
    effects: [refuses({ ...close, deadline: 9000n }, 'DEADLINE_FAR')],
  },
  {
    name: 'signs a close like the signed one and keeps that',
    from: make(signed),
    event: asks(sooner),
    effects: [answers(sooner)],
  },
  {
    name: 'signs a close like the signed one and keeps the later',
    from: make(signed),
    event: asks(later),
    to: make(agreed(later)),
    effects: [answers(later)],
  },
  {
    name: 'signs a close like the signed one and keeps the later',
    from: make(refused),
    event: asks(close),
    to: make(agreed(close)),
    effects: [answers(close)],
  },
  {
    name: 'has both signatures',
    from: make(signed),
    event: { type: 'closeSigned', close, peerSignature: '0x02' },
    to: make(agreed(close, '0x02')),
  },
  {
    name: 'has both signatures',
    from: make(refused),
    event: { type: 'closeSigned', close, peerSignature: '0x02' },
    to: make(agreed(close, '0x02')),
  },
  {
    name: 'forgets the close that has expired',
    from: make(signed),
    event: changed,
    context: { finalTime: deadline + 1n },
    to: make(),
  },
  {
    name: 'forgets the close that has expired',
    from: make(requested),
    event: changed,
    context: { finalTime: deadline + 1n },
    to: make(),
  },
  {
    name: 'ends',
    from: make(signed),
    event: changed,
    context: { chain: { ...live, state: 'ended', isOver: true } },
    to: ended,
    effects: [{ type: 'processLocks' }],
  },
]

/** What holds of a channel that is not frozen: it signs what is right, and says what is wrong. */
const inEveryUsable = (make: (state?: CooperativeClose) => ChannelLife): readonly ChannelExample[] => [
  ...inEveryStanding(make),
  {
    name: 'notes the close until its own lane is quiet',
    from: make(),
    event: asks(close),
    context: { lanes: busy },
    to: make(requested),
  },
  { name: 'signs the close', from: make(), event: asks(close), to: make(agreed(close)), effects: [answers(close)] },
  {
    name: 'signs the close',
    from: make(signed),
    event: asks(later),
    context: { finalTime: deadline + 1n },
    to: make(agreed(later)),
    effects: [answers(later)],
  },
  {
    name: 'refuses the close',
    from: make(),
    event: asks(close),
    context: { lanes: locked },
    effects: [refuses(close, 'CLOSE_WITH_LOCKS')],
    to: make(),
  },
  {
    name: 'refuses the close',
    from: make(),
    event: asks(other),
    effects: [refuses(other, 'CLOSE_AMOUNT_WRONG')],
    to: make(),
  },
  {
    name: 'refuses the close',
    from: make(),
    event: asks({ ...close, from: 1 }),
    effects: [refuses({ ...close, from: 1 }, 'CLOSE_AMOUNT_WRONG')],
    to: make(),
  },
  {
    name: 'refuses the close',
    from: make(),
    event: asks(close),
    context: { chain: { ...live, state: 'closing' } },
    effects: [refuses(close, 'CHANNEL_CLOSING')],
    to: make(),
  },
  {
    name: 'refuses the close',
    from: make(requested),
    event: asks({ ...close, deadline: 9000n }),
    effects: [refuses({ ...close, deadline: 9000n }, 'DEADLINE_FAR')],
    to: make(),
  },
  {
    name: 'refuses the close',
    from: make(),
    event: asks({ ...close, amount: 0n }),
    context: { lanes: unused, chain: { ...live, isFunded: false } },
    effects: [refuses({ ...close, amount: 0n }, 'CHANNEL_NOT_FUNDED')],
    to: make(),
  },
  {
    name: 'refuses the close that waited',
    from: make(requested),
    event: changed,
    context: { lanes: locked },
    effects: [refuses(close, 'CLOSE_WITH_LOCKS')],
    to: make(),
  },
  {
    name: 'signs the close that waited',
    from: make(requested),
    event: changed,
    to: make(agreed(close)),
    effects: [answers(close)],
  },
  {
    name: 'freezes',
    from: make(signed),
    event: { type: 'dataLoss', code: 'PEER_FROZEN', text: 'it forgot message 7' },
    to: frozen(signed, NOW),
  },
  {
    name: 'closes alone, since the peer does not follow the chain',
    from: make(signed),
    event: { type: 'unfollowed', reason: 'it does not fold' },
    to: closing('unilateral', signed, NOW),
    effects: [warned],
  },
]

const ownRefusal = { type: 'closeRefused', close, code: 'NOT_NOW' } as const

/** Of each transition of a channel's table at least one. */
export const channelExamples: readonly ChannelExample[] = [
  {
    name: 'proposes',
    from: absent,
    event: { type: 'openCall' },
    to: { type: 'proposed', since: NOW },
    effects: [{ type: 'sendPropose' }],
  },
  {
    name: 'agrees',
    from: absent,
    event: { type: 'propose', refusal: undefined },
    to: openChannel(none, NOW),
    effects: [{ type: 'sendAgree' }],
  },
  {
    name: 'rejects',
    from: absent,
    event: { type: 'propose', refusal: { code: 'A', text: 'b' } },
    effects: [{ type: 'sendReject', code: 'A', text: 'b' }],
  },
  {
    name: 'rejects an id that it has seen',
    from: proposed,
    event: { type: 'propose', refusal: undefined },
    effects: [{ type: 'sendReject', code: seen }],
  },
  { name: 'is agreed to', from: proposed, event: { type: 'agree' }, to: openChannel(none, NOW) },
  {
    name: 'is rejected',
    from: proposed,
    event: { type: 'reject', code: 'A', text: 'b' },
    to: { type: 'failed', since: NOW, reason: { type: 'rejected', code: 'A', text: 'b' } },
    effects: [{ type: 'dropDeposits' }],
  },
  {
    name: 'refuses the call',
    from: proposed,
    event: call('auto'),
    effects: [{ type: 'refuseCall', code: 'CHANNEL_NOT_OPEN', reason: 'proposed' }],
  },
  { name: 'refuses to close', from: proposed, event: asks(close), effects: [refuses(close, 'CHANNEL_CLOSING')] },
  { name: 'is given up', from: proposed, event: changed, to: failedAt(NOW), effects: [{ type: 'dropDeposits' }] },
  {
    name: 'rejects an id that it has seen',
    from: failedAt(since),
    event: { type: 'propose', refusal: undefined },
    effects: [{ type: 'sendReject', code: seen }],
  },
  { name: 'forgets the failure', from: failedAt(since), event: { type: 'failureReported' }, to: absent },
  {
    name: 'refuses the call',
    from: failedAt(since),
    event: call('unilateral'),
    effects: [{ type: 'refuseCall', code: 'CHANNEL_NOT_OPEN', reason: 'failed' }],
  },
  { name: 'refuses to close', from: failedAt(since), event: asks(close), effects: [refuses(close, 'CHANNEL_CLOSING')] },
  { name: 'forgets a failure that nobody asked for', from: failedAt(since), event: changed, to: absent },
  ...inEveryUsable(openChannel),
  { name: 'closes', from: openChannel(), event: call('auto'), to: closing('auto', none, NOW) },
  {
    name: 'closes',
    from: openChannel(refused),
    event: call('cooperative'),
    to: closing('cooperative', signed, NOW),
    effects: [{ type: 'signClose', close }],
  },
  {
    name: 'closes',
    from: openChannel(refused),
    event: call('cooperative'),
    context: { now: deadline },
    to: closing('cooperative', signed, deadline),
  },
  { name: 'closes', from: openChannel(refused), event: call('unilateral'), to: closing('unilateral', refused, NOW) },
  {
    name: 'is refused the close',
    from: openChannel(signed),
    event: ownRefusal,
    to: openChannel(refused),
    effects: [warned],
  },
  {
    name: 'forgets a channel that nobody paid into',
    from: openChannel(),
    event: changed,
    context: { lanes: unused, now: 1550n, chain: { ...live, isFunded: false } },
    to: absent,
  },
  {
    name: 'forgets a channel that nobody paid into',
    from: openChannel(refused),
    event: changed,
    context: { lanes: unused, now: 2200n, chain: { ...live, isFunded: false } },
    to: absent,
  },
  {
    name: 'makes room for another',
    from: openChannel(),
    event: { type: 'evict' },
    context: { lanes: unused, chain: { ...live, isFunded: false } },
    to: absent,
  },
  {
    name: 'forgets what nothing can be lost of',
    from: openChannel(),
    event: { type: 'dataLoss', code: 'PEER_FROZEN', text: 'it forgot message 7' },
    context: { lanes: unused, chain: { ...live, isFunded: false } },
    to: absent,
  },
  ...inEveryUsable((state) => closing('auto', state)),
  {
    name: 'closes more firmly',
    from: closing('cooperative', refused),
    event: call('auto'),
    to: closing('auto', signed, NOW),
    effects: [{ type: 'signClose', close }],
  },
  {
    name: 'closes alone, since it is asked to',
    from: closing('auto', signed),
    event: call('unilateral'),
    to: closing('unilateral', signed, NOW),
  },
  {
    name: 'asks again for the close',
    from: closing('auto', refused),
    event: call('cooperative'),
    to: closing('auto', signed),
    effects: [{ type: 'signClose', close }],
  },
  {
    name: 'keeps the channel that the peer refuses to close',
    from: closing('cooperative', signed),
    event: ownRefusal,
    to: openChannel(refused, NOW),
    effects: [warned],
  },
  {
    name: 'is refused the close',
    from: closing('auto', signed),
    event: ownRefusal,
    to: closing('auto', refused),
    effects: [warned],
  },
  {
    name: 'keeps the channel that the peer did not close in time',
    from: closing('cooperative', signed),
    event: changed,
    context: { now: 1600n },
    to: openChannel(signed, 1600n),
    effects: [warned],
  },
  {
    name: 'closes alone, since the peer did not in time',
    from: closing('auto', refused),
    event: changed,
    context: { now: 1600n },
    to: closing('unilateral', refused, 1600n),
    effects: [warned],
  },
  {
    name: 'has the virtual channels closed',
    from: closing('auto'),
    event: changed,
    context: { lanes: locked },
    effects: [{ type: 'closeLocks' }],
  },
  {
    name: 'signs a close',
    from: closing('cooperative'),
    event: changed,
    to: closing('cooperative', { type: 'signed', close: { ...close, deadline: NOW + 300n } }),
    effects: [{ type: 'signClose', close: { ...close, deadline: NOW + 300n } }],
  },
  ...inEveryStanding(frozen),
  {
    name: 'refuses the close',
    from: frozen(),
    event: asks(close),
    to: frozen(),
    effects: [refuses(close, 'CHANNEL_CLOSING')],
  },
  {
    name: 'refuses the close that waited',
    from: frozen(requested),
    event: changed,
    to: frozen(),
    effects: [refuses(close, 'CHANNEL_CLOSING')],
  },
  {
    name: 'refuses to close with the peer',
    from: frozen(),
    event: call('cooperative'),
    effects: [{ type: 'refuseCall', code: 'CLOSE_REFUSED', reason: 'PEER_FROZEN' }],
  },
  { name: 'is refused the close', from: frozen(signed), event: ownRefusal, to: frozen(refused), effects: [warned] },
  {
    name: 'forgets a channel that nobody paid into',
    from: frozen(),
    event: changed,
    context: { lanes: unused, now: 1550n, chain: { ...live, isFunded: false } },
    to: absent,
  },
  {
    name: 'rejects an id that it has seen',
    from: ended,
    event: { type: 'propose', refusal: undefined },
    effects: [{ type: 'sendReject', code: seen }],
  },
  { name: 'refuses to close', from: ended, event: asks(close), effects: [refuses(close, 'CHANNEL_CLOSING')] },
  {
    name: 'forgets a channel whose id is too old to come back',
    from: ended,
    event: changed,
    context: { now: 2200n },
    to: absent,
  },
]
