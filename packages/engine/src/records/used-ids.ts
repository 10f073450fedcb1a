import { type Id, nonceMinute, recordKind } from '@sluice/protocol'
import { bytes, struct, uint32 } from '@sluice/protocol/codec'
import type { Policy } from '../ports/environment.ts'
import type { Collection } from './collection.ts'

/**
 * Ids that were used up, of one minute and one shelf. Of each its first eight bytes: an id is a digest that its maker can't choose, so
 * that another one beginning like it is refused by mistake once in ages, and none that was used is ever taken again.
 */
export interface UsedIdsRecord {
  /** The minute in the nonces. */
  readonly minute: number
  readonly shelf: number
  /** The beginnings one after the other, as a text of a code unit a byte: in memory that is less than an array of bytes. */
  readonly prints: string
}

/** The records of a minute are this many, so that a new id rewrites little and is looked for in little. */
const SHELVES = 64
const PRINT_BYTES = 8

const keyOf = ({ minute, shelf }: Pick<UsedIdsRecord, 'minute' | 'shelf'>): string => `${minute}/${shelf}`

const prints = {
  encode: (value: string) => Uint8Array.from(value, (unit) => unit.charCodeAt(0)),
  decode: (value: unknown, path: string) => {
    const parts: string[] = []
    for (const byte of bytes.decode(value, path)) parts.push(String.fromCharCode(byte))
    return parts.join('')
  },
}

export const usedIdsKind = recordKind<UsedIdsRecord>(
  'used-ids/',
  struct<UsedIdsRecord>({ minute: uint32, shelf: uint32, prints }),
  keyOf,
)

/** The records of one minute. */
export const usedIdsNames = { of: (minute: number): string => `${minute}` }

interface Place extends Pick<UsedIdsRecord, 'minute' | 'shelf'> {
  readonly print: string
}

function placeOf(id: Id, nonce: bigint): Place {
  let print = ''
  for (let at = 2; at < 2 + 2 * PRINT_BYTES; at += 2) {
    print += String.fromCharCode(Number.parseInt(id.slice(at, at + 2), 16))
  }
  return { minute: Number(nonceMinute(nonce)), shelf: print.charCodeAt(0) % SHELVES, print }
}

function holds({ prints: all }: UsedIdsRecord, print: string): boolean {
  let at = all.indexOf(print)
  while (at >= 0 && at % PRINT_BYTES !== 0) at = all.indexOf(print, at + 1)
  return at >= 0
}

export type UsedIdsCollection = Collection<string, UsedIdsRecord>

/** Whether an id was used up and is remembered. `nonce`: that of its terms. */
export function isUsedId(records: UsedIdsCollection, id: Id, nonce: bigint): boolean {
  const place = placeOf(id, nonce)
  const record = records.get(keyOf(place))
  return record !== undefined && holds(record, place.print)
}

/** Remembers an id that was used up, unless its nonce is so old that it could not come back. */
export function addUsedId(records: UsedIdsCollection, id: Id, nonce: bigint, oldestMinute: number): void {
  const { print, ...place } = placeOf(id, nonce)
  if (place.minute < oldestMinute) return
  const record = records.get(keyOf(place)) ?? { ...place, prints: '' }
  if (!holds(record, print)) records.set(keyOf(place), { ...record, prints: record.prints + print })
}

/**
 * The oldest minute whose ids are remembered. An id is taken up to `nonceAgeMax` after its minute, and is remembered from then on for as
 * long again, twice, and the lag of finality.
 *
 * @param time Unix seconds of the newest final block.
 */
export function oldestUsedMinute(time: bigint, policy: Pick<Policy, 'nonceAgeMax' | 'chainLag'>): number {
  return Math.floor((Number(time) - policy.chainLag) / 60) - 3 * policy.nonceAgeMax
}

/**
 * Forgets the ids of all minutes before one.
 *
 * @param forgotten The minute before which all were forgotten already; undefined if that is not known, when all are gone through.
 */
export function forgetUsedIds(records: UsedIdsCollection, forgotten: number | undefined, oldest: number): void {
  if (forgotten === undefined) {
    for (const [key, { minute }] of records.entries()) if (minute < oldest) records.set(key, undefined)
    return
  }
  for (let minute = forgotten; minute < oldest; minute++) {
    for (const key of [...records.named(usedIdsNames.of(minute))]) records.set(key, undefined)
  }
}
