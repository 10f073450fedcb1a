import type { Leg, LegContext, Outcome, OutgoingContext } from '../../machines/locks/lock.ts'
import type { Id } from '../../primitives/hex.ts'
import { highestValue } from '../../rules/payment.ts'
import type { SignedVoucher } from '../../terms/voucher.ts'
import type { Sample } from './walk.ts'

// What the machines of a lock meet in their walks: each word that a context can say, and moments on both sides of each limit.

export const CAPACITY = 100n
/** When closing began in the phases of a walk. */
export const SINCE = 1000n
/** When an answer was last asked for in them. */
export const ASKED = 1100n
/** Until when a hub waits to lock on. */
export const FORWARD_UNTIL = 3000n
/** When a side begins to close by itself. */
export const CLOSES_AT = 5000n
/** Seconds in which a neighbour has to follow: at the end of the life just over for what was asked for last. */
export const FOLLOW_TIMEOUT = Number(CLOSES_AT - ASKED)
/** Seconds until a refused fold is signed again. */
export const REFOLD_AFTER = 15
/** When folds were refused in the phases of a walk: at the end of the life one is just to be signed again, the other just not. */
export const REFUSED = [CLOSES_AT - BigInt(REFOLD_AFTER), CLOSES_AT - BigInt(REFOLD_AFTER) + 1n] as const

export const incoming: Leg = { channelId: `0x${'c1'.repeat(32)}`, slot: 1 }
export const outgoing: Leg = { channelId: `0x${'c2'.repeat(32)}`, slot: 2 }

const virtualId: Id = `0x${'f1'.repeat(32)}`

/** A voucher of that value; machines look at no signature. */
export function voucherOf(amount: bigint): SignedVoucher {
  const voucher = { virtualId, amount, tickAnchor: `0x${'00'.repeat(32)}`, tickValue: 0n, tickCount: 0 } as const
  return { voucher, signature: '0x5e' }
}

export const outcomes: readonly Outcome[] = [
  { type: 'quiet' },
  { type: 'closing', until: 9000n, redeemed: 0n },
  ...[0n, 30n, 50n, 90n].map((amount): Outcome => ({ type: 'final', amount })),
]

export const moments: readonly bigint[] = [FORWARD_UNTIL - 1n, FORWARD_UNTIL, CLOSES_AT - 1n, CLOSES_AT]

const leg = (channel: LegContext['channel'], { isLeaving = channel !== 'live', takes = true } = {}): LegContext => {
  return { channel, isLeaving, isDisputed: false, takes }
}

/** Each word of an incoming leg. */
export const incomingLegs: readonly LegContext[] = [
  leg('live'),
  leg('live', { takes: false }),
  leg('live', { isLeaving: true }),
  leg('closing'),
  leg('ended'),
]

type Lane = Pick<OutgoingContext, 'lock' | 'needsRestatement' | 'takes'>

const lane = (lock: OutgoingContext['lock'], { takes = true, needsRestatement = false } = {}): Lane => {
  return { lock, takes, needsRestatement }
}

const laneWords: readonly Lane[] = [
  lane('standing'),
  lane('standing', { takes: false }),
  lane('standing', { needsRestatement: true }),
  lane('showable'),
  lane('showable', { needsRestatement: true }),
  lane('cleared'),
]

/** Each word of an outgoing leg on each word of its lane. */
export const outgoingLegs: readonly OutgoingContext[] = incomingLegs
  .filter(({ takes }) => takes)
  .flatMap((word) => laneWords.map((lanes) => ({ ...word, ...lanes })))

/** A leg on which all is well. */
export const goodLeg: LegContext = leg('live')
/** A lane that takes a fold of its lock. */
export const goodOutgoing: OutgoingContext = { ...goodLeg, ...lane('standing') }

export function legWords({ channel, isLeaving, takes }: LegContext): string {
  if (channel !== 'live') return channel
  if (isLeaving) return 'live, leaving'
  return takes ? 'live' : 'live, full'
}

export const outcomeWords = (outcome: Outcome): string =>
  outcome.type === 'final' ? `final ${outcome.amount}` : outcome.type

/** The words of an outgoing leg, each on its own. */
export function outgoingWords(context: OutgoingContext): Readonly<Record<string, string>> {
  return {
    outgoing: legWords({ ...context, takes: true }),
    lock: context.lock,
    takes: context.takes ? 'yes' : 'no',
    restatement: context.needsRestatement ? 'needed' : 'no',
  }
}

export function momentWords(now: bigint): string {
  if (now >= CLOSES_AT) return 'life over'
  return now >= FORWARD_UNTIL ? 'in its life' : 'just come'
}

function legName(value: Leg): string {
  if (value.slot === incoming.slot && value.channelId === incoming.channelId) return 'incoming'
  return value.slot === outgoing.slot && value.channelId === outgoing.channelId ? 'outgoing' : 'another'
}

/** What is worth a word of a phase or an effect: its fields by name, without the legs and the moment that every phase of the walk has. */
export function inWords(value: object, now: bigint): string {
  return Object.entries(value)
    .map(([name, part]: [string, unknown]) => {
      if (name === 'type') return String(part)
      if (part === now) return `${name} now`
      if (part === SINCE) return ''
      if (part === ASKED) return `${name} before`
      if (typeof part !== 'object' || part === null) return `${name} ${part}`
      if ('slot' in part) return legName(part as Leg) === name ? '' : `${name} ${legName(part as Leg)}`
      if ('signature' in part) return `${name} ${highestValue(part as SignedVoucher, CAPACITY)}`
      return `${'type' in value && value.type === name ? '' : `${name} `}(${inWords(part, now)})`
    })
    .filter((words) => words !== '')
    .join(' ')
}

/** Phases with labels made of their own words. */
export function samplesOf<P extends object>(...phases: readonly P[]): readonly Sample<P>[] {
  return phases.map((value) => ({ label: inWords(value, -1n), value }))
}

/** An outgoing leg once an effect was carried out. */
export function legAfter(leg: OutgoingContext, effect: { readonly type: string }): OutgoingContext {
  if (effect.type === 'fold') return { ...leg, lock: 'showable' }
  return effect.type === 'restate' ? { ...leg, needsRestatement: false } : leg
}
