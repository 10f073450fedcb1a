import type { ChainBlock, ChainEvent } from '@sluice/engine'
import type { Voice } from './voice.ts'

/** Heights that an endpoint may be behind the furthest one without a word about it. */
const BEHIND_BLOCKS = 10n
/** Heights for which the tips of the chain may differ: reorganisations are that deep every day. */
const FORK_BLOCKS = 3n
/** Blocks that an endpoint may need to show an event that another one shows. */
const EVENT_BLOCKS = 2n

/** How an endpoint differs from the one that leads. */
export interface Difference {
  readonly url: string
  readonly kind: 'events' | 'fork' | 'behind'
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

const keyOf = (event: ChainEvent): string =>
  JSON.stringify(event, (_, value) => (typeof value === 'bigint' ? `${value}` : value))

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
    if (!isShort) differences.push({ url: voice.url, kind, number })
  }
  const telling = new Set(answering.flatMap((voice) => voice.blocks.filter(hasEvents).map(({ hash }) => hash)))
  const blocks = leader.blocks.map((block) =>
    hasEvents(block) || telling.has(block.hash) ? { ...block, events: jointEvents(block, answering, differ) } : block,
  )
  for (const voice of others) attachStrange(blocks, leader, voice, differ)
  const forks: bigint[] = []
  for (const voice of answering) {
    const fork = forkOf(leader, voice)
    if (fork !== undefined) forks.push(fork)
    if (fork !== undefined) differ(voice, 'fork', fork, !isDeepFork(leader, voice))
    if (leader.newest - voice.newest > BEHIND_BLOCKS) differ(voice, 'behind', voice.newest + 1n, false)
  }
  for (const { url, problem, newest } of others) {
    if (problem !== undefined && Reflect.get(problem, 'code') === 'CHAIN_FINALITY_BROKEN') {
      differences.push({ url, kind: 'fork', number: newest })
    }
  }
  const heard = [leader, ...answering]
  const isAlone = voices.length > 1 && heard.length < 2
  const agreed = least([...heard.map(({ final }) => final), ...disputes.map((number) => number - 1n)])
  const fork = forks.length === 0 ? undefined : least(forks)
  return { blocks, final: isAlone ? undefined : agreed, fork, differences }
}

type Differ = (voice: Voice, kind: Difference['kind'], number: bigint, isShort: boolean) => void

/** A leader's block's events as they count: alarms by any, all else by all. */
function jointEvents(block: ChainBlock, others: readonly Voice[], differ: Differ): readonly ChainEvent[] {
  const variants = others
    .filter((voice) => voice.hasRead(block.number))
    .map((voice) => {
      const events = voice.blocks.find(({ hash }) => hash === block.hash)?.events ?? []
      const keys = new Set(events.map(keyOf))
      const isSame = keys.size === block.events.length && block.events.every((event) => keys.has(keyOf(event)))
      if (!isSame) differ(voice, 'events', block.number, voice.newest - block.number < EVENT_BLOCKS)
      return { events, keys }
    })
  const own = new Set(block.events.map(keyOf))
  const isShared = (event: ChainEvent): boolean => variants.every(({ keys }) => keys.has(keyOf(event)))
  const shared = block.events.filter(isShared)
  const alarms = [
    ...block.events.filter((event) => isAlarm(event) && !isShared(event)),
    ...variants.flatMap(({ events }) => events.filter((event) => isAlarm(event) && !own.has(keyOf(event)))),
  ]
  return alarms.length === 0 ? shared : [...shared, ...alarms.map(cautious).sort(byEnd)]
}

/** Puts alarms out of blocks that the leader does not show to the block of its own that lies nearest below. */
function attachStrange(blocks: ChainBlock[], leader: Voice, voice: Voice, differ: Differ): void {
  const known = new Set(leader.blocks.map(({ hash }) => hash))
  for (const { number, hash, events } of voice.blocks) {
    if (events.length === 0 || known.has(hash) || number > leader.newest) continue
    const at = Math.max(
      0,
      blocks.findLastIndex((block) => block.number <= number),
    )
    const block = blocks[at]
    if (voice.isAnswering) {
      const lowest = block !== undefined && block.number < number ? block.number : number
      differ(voice, 'events', lowest, leader.newest - number < FORK_BLOCKS)
    }
    const alarms = events.filter(isAlarm).map(cautious)
    if (block !== undefined && alarms.length > 0) {
      blocks[at] = { ...block, events: [...block.events, ...alarms.sort(byEnd)] }
    }
  }
}

function least(numbers: readonly bigint[]): bigint {
  const [first = 0n, ...others] = numbers
  let found = first
  for (const number of others) if (number < found) found = number
  return found
}
