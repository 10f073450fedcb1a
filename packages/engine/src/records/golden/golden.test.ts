import { readFileSync } from 'node:fs'
import { bytesToHex, type Hex, hexToBytes, type RecordKind, readRecords, ZERO_HASH } from '@sluice/protocol'
import { describe, expect, it } from 'vitest'
import { cursorKind } from '../chain/cursor.ts'
import { storeOwnerKind } from '../chain/store-owner.ts'
import { channelFactsKind } from '../channel-facts.ts'
import { depositKind } from '../deposit.ts'
import { outboxKind } from '../outbox.ts'
import { peerKind } from '../peer.ts'
import { usedIdsKind } from '../used-ids.ts'
import { virtualFactsKind } from '../virtual-facts.ts'

type Golden = Readonly<Record<string, Readonly<Record<string, Hex>>>>

const read = (file: string): Golden => JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8'))

/** What the records of this version are on disk, by name. */
const golden = read('./v2.json')
/** What version 1 left there. Never edited. */
const old = read('./v1.json')

const id = (byte: string): Hex => `0x${byte.repeat(32)}`
const address = (byte: string): Hex => `0x${byte.repeat(20)}`
const shown = (seq: bigint) => ({ seq, paid: 5n, locked: 7n, locksRoot: id('0a') })
const nothing = { seq: 0n, paid: 0n, locked: 0n, locksRoot: ZERO_HASH }

interface Case<R> {
  readonly kind: RecordKind<R>
  readonly records: Readonly<Record<string, R>>
}

const check = <R>(kind: RecordKind<R>, records: Readonly<Record<string, R>>): Case<R> => ({ kind, records })

const cases = [
  check(peerKind, {
    'a peer never spoken to': { peer: address('11'), next: 1n, expected: 1n },
    'a peer with everything': {
      peer: address('12'),
      url: 'ws://peer',
      next: 300n,
      expected: 1n << 63n,
      lost: 'all',
    },
  }),
  check(outboxKind, { 'a message': { peer: address('11'), number: 258n, frame: Uint8Array.of(1, 2, 3) } }),
  check(storeOwnerKind, { 'an owner': { chainId: 314n, contract: address('51'), signer: address('11') } }),
  check(cursorKind, {
    'a cursor': { number: 1_000_000n, timestamp: 1_800_000_000n },
    'a cursor that knows its chain': {
      number: 1_000_000n,
      timestamp: 1_800_000_000n,
      block: { number: 999_990n, hash: id('b1') },
    },
  }),
  check(channelFactsKind, {
    'a channel with a deposit': {
      channelId: id('c1'),
      deposits: [100n, 0n],
      withdrawn: [0n, 0n],
      shown: [nothing, nothing],
      unlocked: [],
      at: 1_800_000_000n,
    },
    'a settled channel': {
      channelId: id('c2'),
      deposits: [100n, (1n << 128n) - 1n],
      withdrawn: [1n, 2n],
      closesAt: 1_800_000_500n,
      shown: [shown(3n), shown(1n << 40n)],
      ended: 'settled',
      paidOut: [9n, 8n],
      pools: [7n, 6n],
      unlocked: [
        { lane: 0, slot: 0 },
        { lane: 1, slot: 4_000_000_000 },
      ],
      at: 1_800_000_501n,
    },
  }),
  check(virtualFactsKind, {
    'a virtual channel': { virtualId: id('f1'), amount: 77n, finalAt: 1_800_000_600n, at: 1n },
  }),
  check(depositKind, {
    'a deposit asked for': { depositId: id('d1'), channelId: id('c1'), party: 1, amount: 10n ** 18n },
    'a deposit sent': {
      depositId: id('d2'),
      channelId: id('c1'),
      party: 0,
      amount: 1n,
      prepared: { hash: id('aa'), raw: '0x02f8', nonce: 7 },
      before: 12n,
      failed: 'the transaction reverted',
    },
  }),
  check(usedIdsKind, {
    'two used ids': {
      minute: 30_000_000,
      shelf: 50,
      prints: '\u00f2\u0000\u0001\u0002\u0003\u0004\u0005\u00ffrabcdefg',
    },
  }),
] as unknown as readonly Case<unknown>[] // each case is checked against its own record type above

const entriesOf = ({ kind }: Case<unknown>, record: unknown): Record<string, Hex> =>
  Object.fromEntries(
    kind.writes(undefined, record).map(({ key, value }) => [key, bytesToHex(value ?? new Uint8Array())]),
  )

describe('the records of version 2', () => {
  for (const one of cases) {
    for (const [name, record] of Object.entries(one.records)) {
      it(`are written and read as ever: ${name}`, () => {
        const stored = golden[name]
        expect(entriesOf(one, record)).toEqual(stored)
        const entries = Object.entries(stored ?? {}).map(([key, value]) => [key, hexToBytes(value)] as const)
        expect([...readRecords(one.kind, entries).values()]).toEqual([record])
      })
    }
  }

  it('are all in the file, and nothing else is', () => {
    expect(Object.keys(golden)).toEqual(cases.flatMap(({ records }) => Object.keys(records)))
  })

  it('are refused when they are of another version, damaged, or under a key that is not theirs', () => {
    const key = `peer/${address('11')}`
    const [good] = Object.values(golden['a peer never spoken to'] ?? {})
    const bytes = hexToBytes(good ?? '0x')
    const later = bytes.with(1, 3)
    expect(() => readRecords(peerKind, [[key, later]])).toThrow(
      expect.objectContaining({ code: 'RECORD_VERSION_UNKNOWN', details: { key, got: 3, expected: 2 } }),
    )
    for (const wrong of [bytes.subarray(0, 5), new Uint8Array(), Uint8Array.of(0x82, 2, 0xa1, 0x61, 0x78, 1)]) {
      expect(() => readRecords(peerKind, [[key, wrong]])).toThrow(expect.objectContaining({ code: 'RECORD_MALFORMED' }))
    }
    const elsewhere = `peer/${address('12')}`
    expect(() => readRecords(peerKind, [[elsewhere, bytes]])).toThrow(
      expect.objectContaining({ code: 'RECORD_MALFORMED' }),
    )
  })
})

describe('the records of version 1', () => {
  const kinds = cases.map(({ kind }) => kind)

  it.each(Object.entries(old))('are refused by name: %s', (_, entries) => {
    for (const [key, value] of Object.entries(entries)) {
      const kind = kinds.find(({ prefix }) => key.startsWith(prefix))
      expect(() => kind && readRecords(kind, [[key, hexToBytes(value)]])).toThrow(
        expect.objectContaining({ code: 'RECORD_VERSION_UNKNOWN', details: { key, got: 1, expected: 2 } }),
      )
    }
  })
})
