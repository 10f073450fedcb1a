import { optional, struct } from '../codec/composite-fields.ts'
import { bytes32, oneOf, uint64, uint128 } from '../codec/value-fields.ts'
import { ProtocolError } from '../errors.ts'
import { applyOperations, subjectLock, virtualLock } from '../lane/apply.ts'
import type { InLane, InUpdate } from '../lane/in-lane.ts'
import type { LaneUpdate } from '../lane/operation.ts'
import type { CountersignedVoucher, LaneBase, OutLane, OutUpdate, OutUpdateStatus } from '../lane/out-lane.ts'
import { emptyLane, type LaneLock, type LaneState } from '../lane/state.ts'
import { locksFrom } from '../locks/tree.ts'
import { laneUpdate, lockSubject } from '../messages/lane-messages.ts'
import type { Id } from '../primitives/hex.ts'
import type { LaneHashing } from '../signing/hashing.ts'
import type { ChannelRecord } from './channel.ts'
import { type ChannelHead, channelHead, headOf, sameHead } from './channel-head.ts'
import { decodeEntry, encodeEntry, malformed } from './entry.ts'
import type { DiskEntry, RecordKind } from './kind.ts'
import { lockChanges } from './lock-changes.ts'

const PREFIX = 'channel/'

/** A lock without its condition, which follows from what names it. */
type StoredLock = Omit<LaneLock, 'condition'>

interface StoredOut {
  readonly update: LaneUpdate
  readonly status: OutUpdateStatus
}

interface StoredIn {
  readonly update: LaneUpdate
  readonly at: bigint
}

const storedLock = struct<StoredLock>({ lockId: bytes32, amount: uint128, subject: optional(lockSubject) })
const storedOut = struct<StoredOut>({ update: laneUpdate, status: oneOf('sent', 'accepted', 'refused') })
const storedIn = struct<StoredIn>({ update: laneUpdate, at: uint64 })

type Part = 'out' | 'outLock' | 'in' | 'inLock'

const partKey = (channelId: Id, part: Part, item: bigint | number): string => `${PREFIX}${channelId}/${part}/${item}`

function storedOf({ lockId, amount, subject }: LaneLock): StoredLock {
  return { lockId, amount, ...(subject && { subject }) }
}

function lockWrites(channelId: Id, part: Part, before: LaneState, after: LaneState): DiskEntry[] {
  return [...lockChanges(before.locks, after.locks)].map(({ slot, lock }) => ({
    key: partKey(channelId, part, slot),
    value: lock && encodeEntry(storedLock, storedOf(lock as LaneLock)),
  }))
}

function updateWrites<T extends { readonly state: LaneState }>(
  channelId: Id,
  part: Part,
  before: readonly T[],
  after: readonly T[],
  encode: (update: T) => Uint8Array,
): DiskEntry[] {
  const old = new Map(before.map((one) => [one.state.seq, one]))
  const writes: DiskEntry[] = []
  for (const one of after) {
    const { seq } = one.state
    if (old.get(seq) !== one) writes.push({ key: partKey(channelId, part, seq), value: encode(one) })
    old.delete(seq)
  }
  for (const seq of old.keys()) writes.push({ key: partKey(channelId, part, seq), value: undefined })
  return writes
}

function laneWrites(channelId: Id, before: ChannelRecord | undefined, after: ChannelRecord | undefined): DiskEntry[] {
  return [
    ...lockWrites(channelId, 'outLock', before?.out.base.state ?? emptyLane, after?.out.base.state ?? emptyLane),
    ...lockWrites(channelId, 'inLock', before?.in.base.state ?? emptyLane, after?.in.base.state ?? emptyLane),
    ...updateWrites(channelId, 'out', before?.out.updates ?? [], after?.out.updates ?? [], ({ update, status }) =>
      encodeEntry(storedOut, { update, status }),
    ),
    ...updateWrites(channelId, 'in', before?.in.updates ?? [], after?.in.updates ?? [], ({ update, at }) =>
      encodeEntry(storedIn, { update, at }),
    ),
  ]
}

function headWrites(channelId: Id, before: ChannelRecord | undefined, after: ChannelRecord | undefined): DiskEntry[] {
  const key = PREFIX + channelId
  if (after === undefined) return [{ key, value: undefined }]
  const head = headOf(after)
  return before !== undefined && sameHead(headOf(before), head) ? [] : [{ key, value: encodeEntry(channelHead, head) }]
}

/** The entries of one channel, sorted by what they hold. */
interface Parts {
  head: ChannelHead | undefined
  readonly outLock: Map<number, StoredLock>
  readonly inLock: Map<number, StoredLock>
  readonly out: StoredOut[]
  readonly in: StoredIn[]
}

const emptyParts = (): Parts => ({ head: undefined, outLock: new Map(), inLock: new Map(), out: [], in: [] })

function take(parts: Parts, key: string, part: string | undefined, item: string, value: Uint8Array): void {
  switch (part) {
    case undefined:
      parts.head = decodeEntry(channelHead, key, value)
      return
    case 'out':
      parts.out.push(decodeEntry(storedOut, key, value))
      return
    case 'in':
      parts.in.push(decodeEntry(storedIn, key, value))
      return
    case 'outLock':
    case 'inLock':
      if (!/^\d+$/.test(item)) throw malformed(key, 'it names no slot')
      parts[part].set(Number(item), decodeEntry(storedLock, key, value))
      return
    default:
      throw malformed(key, 'it is no part of a channel')
  }
}

function sortPart(channels: Map<Id, Parts>, key: string, value: Uint8Array): void {
  const [channelId, part, item] = key.slice(PREFIX.length).split('/')
  const parts = channels.get(channelId as Id) ?? emptyParts()
  channels.set(channelId as Id, parts)
  take(parts, key, part, item ?? '', value)
}

/** Finds what is kept of a lock in another record, to be one in memory with what is read of it here. */
export type KnownLock = (lockId: Id) => Pick<LaneLock, 'lockId' | 'amount'> | undefined

function lockOf(hashing: LaneHashing, knownLock: KnownLock, { lockId, amount, subject }: StoredLock): LaneLock {
  if (subject !== undefined) return subjectLock(hashing, subject, amount)
  const known = knownLock(lockId)
  return known?.amount === amount
    ? virtualLock(hashing, known.lockId, known.amount)
    : virtualLock(hashing, lockId, amount)
}

interface Reading {
  readonly hashing: LaneHashing
  readonly knownLock: KnownLock
}

function baseOf(
  { hashing, knownLock }: Reading,
  signed: CountersignedVoucher | undefined,
  stored: ReadonlyMap<number, StoredLock>,
): LaneBase {
  const placed = [...stored].sort(([a], [b]) => a - b)
  const locks = locksFrom(
    hashing.crypto.keccak256,
    placed.map(([slot, lock]) => [slot, lockOf(hashing, knownLock, lock)] as const),
  )
  const { seq, paid, locked } = signed?.voucher ?? emptyLane
  return { signed, state: { seq, paid, locked, locks } }
}

const bySeq = (one: { update: LaneUpdate }, other: { update: LaneUpdate }): number =>
  Number(one.update.voucher.seq - other.update.voucher.seq)

/** Replays stored updates, each on the state that it names as its base. */
function replayAll<T extends { readonly update: LaneUpdate }>(
  hashing: LaneHashing,
  key: string,
  base: LaneState,
  stored: readonly T[],
): (T & { readonly state: LaneState })[] {
  const states = new Map([[base.seq, base]])
  return [...stored].sort(bySeq).map((one) => {
    const from = states.get(one.update.base)
    if (from === undefined)
      throw malformed(key, `update ${one.update.voucher.seq} stands on ${one.update.base}, which is gone`)
    const state = { ...applyOperations(hashing, from, one.update.operations), seq: one.update.voucher.seq }
    states.set(state.seq, state)
    return { ...one, state }
  })
}

function outLaneOf(reading: Reading, key: string, head: ChannelHead, parts: Parts): OutLane {
  const base = baseOf(reading, head.outSigned, parts.outLock)
  const updates: readonly OutUpdate[] = replayAll(reading.hashing, key, base.state, parts.out)
  const current = updates.findLast(({ status }) => status !== 'refused')?.state ?? base.state
  const { askedSeq, waitingSince } = head
  // Everything signed above the base is kept, refused or not, so the newest tells the next unused seq.
  const nextSeq = (updates.at(-1)?.state.seq ?? base.state.seq) + 1n
  return { base, updates, current, nextSeq, askedSeq, ...(waitingSince !== undefined && { waitingSince }) }
}

function inLaneOf(reading: Reading, key: string, head: ChannelHead, parts: Parts): InLane {
  const base = baseOf(reading, head.inSigned, parts.inLock)
  const updates: readonly InUpdate[] = replayAll(reading.hashing, key, base.state, parts.in)
  const current = updates.at(-1)?.state ?? base.state
  const { refusedThrough, refused, held } = head
  return { base, updates, current, refusedThrough, ...(refused && { refused }), ...(held && { held }) }
}

function assemble(reading: Reading, channelId: Id, parts: Parts): ChannelRecord {
  const key = PREFIX + channelId
  if (parts.head === undefined) throw malformed(key, 'it is gone, and parts of the channel are there')
  if (parts.head.channelId !== channelId) throw malformed(key, `it is the record ${PREFIX}${parts.head.channelId}`)
  const { outSigned, askedSeq, waitingSince, inSigned, refusedThrough, refused, held, ...rest } = parts.head
  try {
    return {
      ...rest,
      out: outLaneOf(reading, key, parts.head, parts),
      in: inLaneOf(reading, key, parts.head, parts),
    }
  } catch (cause) {
    // A lock or an update that is gone shows in the replay, as a rule of the lanes that the rest breaks.
    throw cause instanceof ProtocolError && cause.code !== 'RECORD_MALFORMED' ? malformed(key, cause) : cause
  }
}

/**
 * How channels lie on disk: a head, and an entry for each lock at the newest countersigned voucher and for each update since, so
 * that an update costs what it changes. The states between are replayed when loaded.
 */
export function channelKind(hashing: LaneHashing, knownLock: KnownLock = () => undefined): RecordKind<ChannelRecord> {
  const reading = { hashing, knownLock }
  return {
    prefix: PREFIX,
    writes(before, after) {
      const channelId = (after ?? before)?.channelId
      if (channelId === undefined) return []
      return [...headWrites(channelId, before, after), ...laneWrites(channelId, before, after)]
    },
    reader() {
      const channels = new Map<Id, Parts>()
      return {
        take: (key, value) => sortPart(channels, key, value),
        *records() {
          for (const [channelId, parts] of channels) yield [channelId, assemble(reading, channelId, parts)] as const
        },
      }
    },
  }
}
