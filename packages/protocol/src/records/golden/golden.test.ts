import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { bytesToHex, hexToBytes } from '../../primitives/bytes.ts'
import type { Hex, Id } from '../../primitives/hex.ts'
import { goldenChannel, goldenHashing, goldenPhases } from '../../testing/golden-records.ts'
import { goldenVirtuals } from '../../testing/golden-virtuals.ts'
import { channelKind } from '../channel-kind.ts'
import { type RecordKind, readRecords } from '../kind.ts'
import { virtualKind } from '../roles/all-roles.ts'

type Entries = Readonly<Record<string, Hex>>

/** `channel`: the entries of one channel. `phases`: its head in each of the other phases. */
interface Golden {
  readonly channel: Entries
  readonly phases: readonly Hex[]
  readonly virtual: Entries
}

const read = (file: string): Golden => JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8'))

/** What the records of this version are on disk. */
const golden = read('./v2.json')
/** What version 1 left there. Never edited. */
const old = read('./v1.json')
const channels = channelKind(goldenHashing)

const [firstPhase, ...otherPhases] = goldenPhases()
if (firstPhase === undefined) throw new RangeError('a channel has phases')
const first = goldenChannel(firstPhase)
const headKey = `channel/${first.channelId}`

function load<R>(kind: RecordKind<R>, entries: Entries): ReadonlyMap<Id, R> {
  return readRecords(
    kind,
    Object.entries(entries).map(([key, value]) => [key, hexToBytes(value)] as const),
  )
}

function written<R>(kind: RecordKind<R>, records: readonly R[]): Record<string, Hex> {
  const entries = records.flatMap((record) => kind.writes(undefined, record))
  return Object.fromEntries(entries.map(({ key, value }) => [key, bytesToHex(value ?? new Uint8Array())]))
}

describe('records of version 2', () => {
  it('are read as they were meant', () => {
    expect([...load(channels, golden.channel).values()]).toEqual([first])
    const others = golden.phases.flatMap((head) => [...load(channels, { ...golden.channel, [headKey]: head }).values()])
    expect(others).toEqual(otherPhases.map(goldenChannel))
    expect([...load(virtualKind, golden.virtual).values()]).toEqual(goldenVirtuals())
  })

  it('are written as they were', () => {
    expect(written(channels, [first])).toEqual(golden.channel)
    expect(otherPhases.map((phase) => written(channels, [goldenChannel(phase)])[headKey])).toEqual(golden.phases)
    expect(written(virtualKind, goldenVirtuals())).toEqual(golden.virtual)
  })
})

describe('records of version 1', () => {
  const refusal = (key: string) =>
    expect.objectContaining({ code: 'RECORD_VERSION_UNKNOWN', details: { key, got: 1, expected: 2 } })

  it('are refused, each by its name', () => {
    for (const [{ reader }, entries] of [[channels, old.channel] as const, [virtualKind, old.virtual] as const]) {
      for (const [key, value] of Object.entries(entries)) {
        expect(() => reader().take(key, hexToBytes(value))).toThrow(refusal(key))
      }
    }
  })
})
