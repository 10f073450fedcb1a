import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { bytesToHex, hexToBytes } from '../../bytes.ts'
import type { Hex, Id } from '../../hex.ts'
import { goldenChannel, goldenHashing, goldenVirtuals } from '../../testing/golden-records.ts'
import { channelKind } from '../channel-kind.ts'
import type { RecordKind } from '../kind.ts'
import { virtualKind } from '../virtual-kind.ts'

type Golden = Readonly<Record<'channel' | 'virtual', Readonly<Record<string, Hex>>>>

const read = (file: string): Golden => JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8'))

/** What the records of this version are on disk. */
const golden = read('./v2.json')
/** What version 1 left there. Never edited. */
const old = read('./v1.json')
const channels = channelKind(goldenHashing)

function load<R>(kind: RecordKind<R>, entries: Readonly<Record<string, Hex>>): Map<Id, R> {
  return kind.load(Object.entries(entries).map(([key, value]) => [key, hexToBytes(value)] as const))
}

function written<R>(kind: RecordKind<R>, records: readonly R[]): Record<string, Hex> {
  const entries = records.flatMap((record) => kind.writes(undefined, record))
  return Object.fromEntries(entries.map(({ key, value }) => [key, bytesToHex(value ?? new Uint8Array())]))
}

describe('records of version 2', () => {
  it('are read as they were meant', () => {
    expect([...load(channels, golden.channel).values()]).toEqual([goldenChannel()])
    expect([...load(virtualKind, golden.virtual).values()]).toEqual(goldenVirtuals())
  })

  it('are written as they were', () => {
    expect(written(channels, [goldenChannel()])).toEqual(golden.channel)
    expect(written(virtualKind, goldenVirtuals())).toEqual(golden.virtual)
  })
})

describe('records of version 1', () => {
  const refusal = (key: string) =>
    expect.objectContaining({ code: 'RECORD_VERSION_UNKNOWN', details: { key, got: 1, expected: 2 } })

  it('are refused, each by its name', () => {
    for (const [kind, entries] of [[channels, old.channel] as const, [virtualKind, old.virtual] as const]) {
      for (const [key, value] of Object.entries(entries)) {
        expect(() => kind.load([[key, hexToBytes(value)]])).toThrow(refusal(key))
      }
    }
  })
})
