import { emptyLane, type LaneState } from '../../lane/state.ts'
import type { Lock } from '../../locks/lock.ts'
import { emptyLocks, setLock } from '../../locks/tree.ts'
import { channelTable } from '../../machines/channels/channel.ts'
import type {
  ChannelChainContext,
  ChannelContext,
  ChannelEffect,
  ChannelEvent,
  ChannelLanesContext,
} from '../../machines/channels/channel-events.ts'
import {
  type ChannelLife,
  type ClosingIntent,
  type CooperativeClose,
  cooperativeClose,
} from '../../machines/channels/channel-phase.ts'
import type { Hex, Id } from '../../primitives/hex.ts'
import type { Close } from '../../terms/voucher.ts'
import { testCrypto } from '../crypto.ts'
import type { Sample, WalkableMachine } from './walk.ts'

/** The channel of the walk. */
export const channelId: Id = `0x${'c4'.repeat(32)}`
const peerSignature: Hex = '0x5e'
const intents: readonly ClosingIntent[] = ['cooperative', 'auto', 'unilateral']
/** When every phase of the walk began. */
const SINCE = 1000n
/** The deadline of the close that the phases hold. */
const DEADLINE = 1400n

/** The limits of the walk. */
export const channelLimits = {
  proposalTimeout: 60,
  fundingTimeout: 550,
  closeTimeout: 600,
  deadlineDefault: 300,
  deadlineMax: 1000,
  nonceAgeMax: 10,
  chainLag: 100,
}

/** The close that the lanes of the walk come to. */
function closeWith(changes: Partial<Close> = {}): Close {
  return { channelId, from: 0, amount: 70n, deadline: DEADLINE, ...changes }
}

const closes: readonly Sample<CooperativeClose>[] = [
  { label: 'no close', value: { type: 'none' } },
  { label: 'close requested', value: { type: 'requested', close: closeWith(), peerSignature } },
  { label: 'close signed', value: { type: 'signed', close: closeWith() } },
  { label: 'close refused', value: { type: 'refused', close: closeWith(), code: 'NOT_NOW' } },
  { label: 'close agreed', value: { type: 'agreed', close: closeWith(), peerSignature } },
]

const phases: readonly Sample<ChannelLife>[] = [
  { label: 'absent', value: { type: 'absent' } },
  { label: 'proposed', value: { type: 'proposed', since: SINCE } },
  { label: 'failed', value: { type: 'failed', since: SINCE, reason: { type: 'unanswered' } } },
  ...closes.map(({ label, value }): Sample<ChannelLife> => {
    return { label: `open, ${label}`, value: { type: 'open', since: SINCE, close: value } }
  }),
  ...intents.flatMap((intent) =>
    closes.map(({ label, value }): Sample<ChannelLife> => {
      return { label: `closing ${intent}, ${label}`, value: { type: 'closing', since: SINCE, intent, close: value } }
    }),
  ),
  ...closes.map(({ label, value }): Sample<ChannelLife> => {
    return { label: `frozen, ${label}`, value: { type: 'frozen', since: SINCE, code: 'LOST', text: 'x', close: value } }
  }),
  { label: 'ended', value: { type: 'ended' } },
]

function closeEvent(label: string, changes: Partial<Close>): Sample<ChannelEvent> {
  return { label: `close (${label})`, value: { type: 'close', close: closeWith(changes), peerSignature: '0x91' } }
}

const answered: readonly Sample<Close>[] = [
  { label: 'of the signed one', value: closeWith() },
  { label: 'of another deadline', value: closeWith({ deadline: DEADLINE + 1n }) },
  { label: 'of another amount', value: closeWith({ amount: 71n }) },
]

const events: readonly Sample<ChannelEvent>[] = [
  { label: 'openCall', value: { type: 'openCall' } },
  { label: 'propose', value: { type: 'propose', refusal: undefined } },
  { label: 'propose (refused)', value: { type: 'propose', refusal: { code: 'TOO_MANY', text: 'full' } } },
  { label: 'agree', value: { type: 'agree' } },
  { label: 'reject', value: { type: 'reject', code: 'NO', text: 'not here' } },
  { label: 'failureReported', value: { type: 'failureReported' } },
  ...intents.map((intent): Sample<ChannelEvent> => {
    return { label: `closeCall (${intent})`, value: { type: 'closeCall', intent } }
  }),
  closeEvent('right', {}),
  closeEvent('right, sooner', { deadline: DEADLINE - 1n }),
  closeEvent('right, later', { deadline: DEADLINE + 1n }),
  closeEvent('right, too far', { deadline: 9000n }),
  closeEvent('wrong amount', { amount: 71n }),
  closeEvent('wrong side', { from: 1 }),
  ...answered.flatMap(({ label, value }): Sample<ChannelEvent>[] => [
    { label: `closeSigned (${label})`, value: { type: 'closeSigned', close: value, peerSignature: '0x92' } },
    { label: `closeRefused (${label})`, value: { type: 'closeRefused', close: value, code: 'NOT_TODAY' } },
  ]),
  { label: 'dataLoss', value: { type: 'dataLoss', code: 'PEER_FROZEN', text: 'it forgot message 7' } },
  { label: 'unfollowed', value: { type: 'unfollowed', reason: 'it does not fold' } },
  { label: 'evict', value: { type: 'evict' } },
  { label: 'contextChanged', value: { type: 'contextChanged' } },
]

const lock: Lock = { amount: 5n, condition: `0x${'77'.repeat(32)}` }
const lane = (paid: bigint, locks = emptyLocks): LaneState => ({ ...emptyLane, seq: 1n, paid, locks })
const used = [lane(100n), lane(30n)] as const
const locked = [lane(100n), lane(30n, setLock(testCrypto.keccak256, emptyLocks, 0, lock))] as const

/** The lanes of the walk. Those that are used come to 70 that a owes b. */
export const channelLanes = {
  unused: { states: [emptyLane, emptyLane], isQuiet: true, isUnused: true },
  quiet: { states: used, isQuiet: true, isUnused: false },
  busy: { states: used, isQuiet: false, isUnused: false },
  locked: { states: locked, isQuiet: true, isUnused: false },
  lockedAndBusy: { states: locked, isQuiet: false, isUnused: false },
} satisfies Readonly<Record<string, ChannelLanesContext>>

const chain = (
  state: ChannelChainContext['state'],
  changes: Partial<ChannelChainContext> = {},
): ChannelChainContext => {
  return { state, isOver: false, isFunded: true, isStale: false, ...changes }
}

const words: readonly ChannelChainContext[] = [
  chain('live', { isFunded: false }),
  chain('live', { isFunded: false, isStale: true }),
  chain('live'),
  chain('live', { isStale: true }),
  chain('closing'),
  chain('ended'),
  chain('ended', { isOver: true }),
]

/** Moments on both sides of each limit: Unix seconds now, and of the newest final block. */
const moments: readonly { readonly now: bigint; readonly finalTime: bigint }[] = [
  { now: 1059n, finalTime: 990n },
  { now: 1060n, finalTime: 990n },
  { now: 1500n, finalTime: 1399n },
  { now: 1500n, finalTime: 1400n },
  { now: 1500n, finalTime: 1401n },
  { now: 1599n, finalTime: 1300n },
  { now: 1600n, finalTime: 1300n },
  { now: 2299n, finalTime: 1401n },
  { now: 2300n, finalTime: 1401n },
]

const contexts: readonly ChannelContext[] = moments.flatMap((moment) =>
  [true, false].flatMap((isConnected) =>
    Object.values(channelLanes).flatMap((lanes) =>
      words.flatMap((word) =>
        (word.isOver ? [true, false] : [false]).map((holdsVirtuals) => ({
          channelId,
          nonce: 15n << 32n,
          ...moment,
          isConnected,
          lanes,
          chain: word,
          holdsVirtuals,
          limits: channelLimits,
        })),
      ),
    ),
  ),
)

/** The value's fields in a line, by their names, as short as tells one from another. */
function inWords(value: unknown, { now }: Pick<ChannelContext, 'now'>): string {
  if (value === now) return 'now'
  if (value === now + BigInt(channelLimits.deadlineDefault)) return 'now+deadlineDefault'
  if (typeof value !== 'object' || value === null) return String(value).replaceAll(channelId, 'c4..')
  if ('deadline' in value && 'from' in value && 'amount' in value) {
    return `${value.amount} of ${value.from === 0 ? 'a' : 'b'} by ${inWords(value.deadline, { now })}`
  }
  return Object.entries(value)
    .filter(([name]) => name !== 'channelId')
    .map(([name, part]) => {
      const words = inWords(part, { now })
      return name === 'type' ? words : `${name} ${typeof part === 'object' ? `(${words})` : words}`
    })
    .join(' ')
}

/** A channel's machine with all that it can meet. */
export const channelMachine: WalkableMachine<ChannelLife, ChannelEvent, ChannelContext, ChannelEffect> = {
  name: 'Channel',
  about:
    'From the proposal of a channel to its end, as one side sees it. What the chain says is no phase: a close that somebody starts on chain is answered in whatever phase the channel is.',
  table: channelTable,
  phases,
  events,
  contexts: () => contexts,
  describePhase: (phase, context, before) => (phase === before ? 'same' : inWords(phase, context)),
  describeEffect: inWords,
  views: [
    { title: 'Phases', node: ({ type }) => type, start: 'absent' },
    { title: 'The cooperative close', node: (phase) => cooperativeClose(phase).type, start: 'none' },
  ],
}
