import type { ChainBlock, ChainEvent } from '@sluice/engine'
import type { Voice } from './voice.ts'

/** Heights that an endpoint may be behind the furthest one without a word about it. */
const BEHIND_BLOCKS = 10n
/** Heights by which one may call less of the chain final than another. Filecoin's nodes do so by 900, where one does not follow its fast finality. */
const UNFINAL_BLOCKS = 1_000n
/** Heights for which the tips of the chain may differ: reorganisations are that deep every day. */
const FORK_BLOCKS = 3n
/** Blocks that an endpoint may need to show an event that another one shows. */
const EVENT_BLOCKS = 2n

/** How an endpoint differs from another, which mostly is the one that leads. */
export interface Difference {
  readonly url: string
  /** The one that it differs from. */
  readonly than: string
  readonly kind: 'events' | 'fork' | 'behind' | 'unfinal'
  /** The first height at which it does. */
  readonly number: bigint
}

/** What several endpoints say together. */
export interface Joint {
  /** Above what is final for all, oldest first. */
  readonly blocks: readonly ChainBlock[]
  /** Up to here all that answer agree, and call it final; undefined where too few answer. */
  readonly final: bigint | undefined
  /** The lowest height at which blocks differ, if any do. */
  readonly fork: bigint | undefined
  /** What is not just one endpoint being a moment slower. */
  readonly differences: readonly Difference[]
}

/** An event that must be answered in time: whoever shows it, it counts. All others are good news, and count when all show them. */
const isAlarm = ({ type }: ChainEvent): boolean => type === 'closeStarted' || type === 'virtualUpdated'

const textOf = (event: ChainEvent): string =>
  JSON.stringify(event, (_, value) => (typeof value === 'bigint' ? `${value}` : value))

/** Events by what they say, and which of those that say the same they are: a block may hold one twice. */
function keyed(events: readonly ChainEvent[]): ReadonlyMap<string, ChainEvent> {
  const counts = new Map<string, number>()
  const entries = events.map((event) => {
    const text = textOf(event)
    const count = (counts.get(text) ?? 0) + 1
    counts.set(text, count)
    return [`${count} ${text}`, event] as const
  })
  return new Map(entries)
}

/** What an alarm is about. */
const subjectOf = (event: ChainEvent): string | undefined =>
  event.type === 'closeStarted' ? event.channelId : event.type === 'virtualUpdated' ? event.virtualId : undefined

/** What an alarm that not all show says at least: of an amount that may be made up, nothing. */
const cautious = (event: ChainEvent): ChainEvent => (event.type === 'virtualUpdated' ? { ...event, amount: 0n } : event)

/** The earliest end of a window comes last, so that it counts. */
const byEnd = (a: ChainEvent, b: ChainEvent): number => Number(endOf(b) - endOf(a))
const endOf = (event: ChainEvent): bigint =>
  event.type === 'closeStarted' ? event.closesAt : event.type === 'virtualUpdated' ? event.finalAt : 0n

const hasEvents = ({ events }: ChainBlock): boolean => events.length > 0

/** The lowest height at which two endpoints show different blocks. */
function forkOf(a: Voice, b: Voice): bigint | undefined {
  const hashes = new Map(b.blocks.map(({ number, hash }) => [number, hash]))
  return a.blocks.find(({ number, hash }) => hashes.has(number) && hashes.get(number) !== hash)?.number
}

const isDeepFork = (a: Voice, b: Voice): boolean => {
  const at = forkOf(a, b)
  return at !== undefined && least([a.newest, b.newest]) - at >= FORK_BLOCKS
}

/** The endpoint whose blocks are told: the one that most agree with, then the furthest; the last one, if it is not behind. */
export function chooseLeader(voices: readonly Voice[], last: Voice | undefined): Voice | undefined {
  const answering = voices.filter(({ isAnswering }) => isAnswering)
  const support = (voice: Voice): number => answering.filter((other) => !isDeepFork(voice, other)).length
  const most = Math.max(0, ...answering.map(support))
  const backed = answering.filter((voice) => support(voice) === most)
  const furthest = backed.reduce<Voice | undefined>(
    (a, b) => (a === undefined || b.newest > a.newest ? b : a),
    undefined,
  )
  if (last === undefined || furthest === undefined || !backed.includes(last)) return furthest
  const lead = furthest.newest - last.newest
  // To go along with blocks on top costs nothing; to change to another branch takes back what was told.
  const isLastGood = lead === 0n || (lead < EVENT_BLOCKS && forkOf(last, furthest) !== undefined)
  return isLastGood ? last : furthest
}

/** What the endpoints say together, told along the blocks of one of them. */
export function joinVoices(voices: readonly Voice[], leader: Voice): Joint {
  const others = voices.filter((voice) => voice !== leader)
  const answering = others.filter(({ isAnswering }) => isAnswering)
  const disputes: bigint[] = []
  const differences: Difference[] = []
  const differ = (voice: Voice, kind: Difference['kind'], number: bigint, isShort: boolean): void => {
    disputes.push(number)
    if (!isShort) differences.push({ url: voice.url, than: leader.url, kind, number })
  }
  const telling = new Set(others.flatMap((voice) => voice.blocks.filter(hasEvents).map(({ hash }) => hash)))
  const blocks = leader.blocks.map((block) =>
    hasEvents(block) || telling.has(block.hash)
      ? { ...block, events: jointEvents(block, leader, others, differ) }
      : block,
  )
  for (const voice of others) attachStrange(blocks, leader, voice, differ)
  const forks: bigint[] = []
  for (const voice of answering) {
    const fork = forkOf(leader, voice)
    if (fork !== undefined) forks.push(fork)
    if (fork !== undefined) differ(voice, 'fork', fork, !isDeepFork(leader, voice))
    if (leader.newest - voice.newest > BEHIND_BLOCKS) differ(voice, 'behind', voice.newest + 1n, false)
  }
  for (const { url, isBroken, newest } of others) {
    if (isBroken) differences.push({ url, than: leader.url, kind: 'fork', number: newest })
  }
  const heard = [leader, ...answering]
  differences.push(...frozen(heard))
  const isAlone = voices.length > 1 && heard.length < 2
  const agreed = least([...heard.map(({ final }) => final), ...disputes.map((number) => number - 1n)])
  const fork = forks.length === 0 ? undefined : least(forks)
  return { blocks, final: isAlone ? undefined : agreed, fork, differences }
}

/** Those that call far less of the chain final than another: what is final for all stands still, and nobody would see why. */
function frozen(voices: readonly Voice[]): readonly Difference[] {
  const furthest = voices.reduce((a, b) => (b.final > a.final ? b : a))
  return voices
    .filter(({ final }) => furthest.final - final > UNFINAL_BLOCKS)
    .map(({ url, final }) => ({ url, than: furthest.url, kind: 'unfinal', number: final + 1n }))
}

type Differ = (voice: Voice, kind: Difference['kind'], number: bigint, isShort: boolean) => void

/** A leader's block's events as they count: alarms by any, those that fell silent too; all else by all that answer. */
function jointEvents(
  block: ChainBlock,
  leader: Voice,
  others: readonly Voice[],
  differ: Differ,
): readonly ChainEvent[] {
  const own = keyed(block.events)
  const missed = new Map<string, ChainEvent>()
  const shared: ReadonlyMap<string, ChainEvent>[] = []
  for (const voice of others) {
    const shown = keyed(voice.blocks.find(({ hash }) => hash === block.hash)?.events ?? [])
    const more = [...shown].filter(([key, event]) => isAlarm(event) && !own.has(key))
    for (const [key, event] of more) missed.set(key, event)
    if (voice.hasRead(block.number)) {
      shared.push(shown)
      const isSame = shown.size === own.size && [...own.keys()].every((key) => shown.has(key))
      if (!isSame) differ(voice, 'events', block.number, voice.newest - block.number < EVENT_BLOCKS)
    } else if (more.length > 0) {
      differ(voice, 'events', block.number, leader.newest - block.number < EVENT_BLOCKS)
    }
  }
  const isShared = (key: string): boolean => shared.every((shown) => shown.has(key))
  const agreed = [...own].filter(([key]) => isShared(key)).map(([, event]) => event)
  const doubtful = [...own].filter(([key, event]) => isAlarm(event) && !isShared(key)).map(([, event]) => event)
  return [...agreed, ...[...doubtful, ...missed.values()].map(cautious).sort(byEnd)]
}

/**
 * Puts alarms out of blocks that the leader does not show to the block of its own that lies nearest below. Those of an endpoint that fell
 * silent count too: it can not say that they were undone.
 */
function attachStrange(blocks: ChainBlock[], leader: Voice, voice: Voice, differ: Differ): void {
  const known = new Set(leader.blocks.map(({ hash }) => hash))
  for (const { number, hash, events } of voice.blocks) {
    if (events.length === 0 || known.has(hash)) continue
    const alarms = events.filter(isAlarm).filter((event) => voice.isAnswering || !isRepeated(event, number, leader))
    const at = Math.max(
      0,
      blocks.findLastIndex((block) => block.number <= number),
    )
    const block = blocks[at]
    if (voice.isAnswering || alarms.length > 0) {
      const lowest = block !== undefined && block.number < number ? block.number : number
      differ(voice, 'events', lowest, leader.newest - number < FORK_BLOCKS)
    }
    if (block !== undefined && alarms.length > 0) {
      blocks[at] = { ...block, events: [...block.events, ...alarms.map(cautious).sort(byEnd)] }
    }
  }
}

/** Whether the leader shows the same alarm in another block, deep enough to stay: a reorganisation moved it there. */
function isRepeated(event: ChainEvent, number: bigint, { blocks, newest }: Voice): boolean {
  const subject = subjectOf(event)
  const isInPlace = (block: ChainBlock): boolean =>
    block.number >= number - FORK_BLOCKS && newest - block.number >= FORK_BLOCKS
  return blocks.some((block) => isInPlace(block) && block.events.some((other) => subjectOf(other) === subject))
}

/** The blocks of which an endpoint showed an alarm before, and does not now. */
export function alarmsMissing(before: Voice, now: Voice): readonly ChainBlock[] {
  return before.blocks.filter(({ hash, number, events }) => {
    const shown = keyed(now.blocks.find((block) => block.hash === hash)?.events ?? [])
    return now.hasRead(number) && [...keyed(events)].some(([key, event]) => isAlarm(event) && !shown.has(key))
  })
}

function least(numbers: readonly bigint[]): bigint {
  const [first = 0n, ...others] = numbers
  let found = first
  for (const number of others) if (number < found) found = number
  return found
}
