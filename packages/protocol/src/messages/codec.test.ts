import { decode, encode } from '@ipld/dag-cbor'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ProtocolError } from '../errors.ts'
import { bytesToHex, concatBytes, hexToBytes } from '../primitives/bytes.ts'
import { anyFrame, anyPeerMessage } from '../testing/arbitraries.ts'
import { decodeFrame, decodeMessage, encodeFrame, encodeMessage } from './codec.ts'
import { isIgnorable } from './fields/ignorable.ts'
import { MAX_HELLO_CHANNELS, MAX_HELLO_FEATURES, MAX_MESSAGE_BYTES, MAX_OPERATIONS } from './limits.ts'
import type { PeerMessage } from './types.ts'

const HASH = `0x${'ab'.repeat(32)}` as const
const HASH_BYTES = hexToBytes(HASH)
const SIGNATURE = `0x${'cd'.repeat(65)}` as const
const ACCOUNT = `0x${'ef'.repeat(20)}` as const
const code = (code: string) => expect.objectContaining({ code })

/** The error's code, or undefined if the bytes are taken. */
function refusalOf(bytes: Uint8Array): string | undefined {
  try {
    decodeMessage(bytes)
    return undefined
  } catch (error) {
    if (error instanceof ProtocolError) return error.code
    throw error
  }
}

/** The encoding of what is left when all fields are taken out that may be ignored. */
function withoutIgnored(bytes: Uint8Array): Uint8Array {
  const strip = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(strip)
    if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
    const kept = Object.entries(value).filter(([name]) => !isIgnorable(name))
    return Object.fromEntries(kept.map(([name, one]) => [name, strip(one)]))
  }
  return encode(strip(decode(bytes)))
}

describe('the codec', () => {
  it('gives back every message that it wrote', () => {
    fc.assert(
      fc.property(anyPeerMessage, (message) => {
        expect(decodeMessage(encodeMessage(message))).toEqual(message)
      }),
      { numRuns: 500 },
    )
  })

  it('gives back every frame that it wrote', () => {
    fc.assert(
      fc.property(anyFrame, (frame) => {
        expect(decodeFrame(encodeFrame(frame))).toEqual(frame)
      }),
      { numRuns: 500 },
    )
  })

  it('refuses, or reads as exactly what they say, bytes that were changed', () => {
    fc.assert(
      fc.property(anyFrame, fc.nat(), fc.integer({ min: 1, max: 255 }), (frame, at, flip) => {
        const bytes = encodeFrame(frame)
        const index = at % bytes.length
        bytes[index] = (bytes[index] ?? 0) ^ flip
        try {
          const read = decodeFrame(bytes)
          if (read.kind !== 'ignored') expect(bytesToHex(encodeFrame(read))).toBe(bytesToHex(withoutIgnored(bytes)))
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError)
        }
      }),
      { numRuns: 3000 },
    )
  })

  it('holds against a change of every single byte of a message', () => {
    const bytes = encodeMessage({
      type: 'refuse',
      channelId: HASH,
      lane: 1,
      seq: 5n,
      newest: 4n,
      code: 'LANE_OVERSPENT',
    })
    for (let index = 0; index < bytes.length; index++) {
      for (let flip = 1; flip < 256; flip++) {
        const changed = Uint8Array.from(bytes)
        changed[index] = (changed[index] ?? 0) ^ flip
        if (refusalOf(changed) === undefined) expect(encodeMessage(decodeMessage(changed))).toEqual(changed)
      }
    }
  })

  it('refuses what is cut short or has more behind it', () => {
    fc.assert(
      fc.property(anyPeerMessage, fc.nat(), fc.uint8Array({ minLength: 1, maxLength: 4 }), (message, at, more) => {
        const bytes = encodeMessage(message)
        expect(() => decodeMessage(bytes.subarray(0, at % bytes.length))).toThrow(code('MESSAGE_MALFORMED'))
        expect(() => decodeMessage(concatBytes(bytes, more))).toThrow(code('MESSAGE_MALFORMED'))
      }),
    )
  })

  it('answers any bytes with a message or a typed error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        refusalOf(bytes)
      }),
      { numRuns: 3000 },
    )
  })
})

describe('strictness', () => {
  const agree = (body: unknown) => encode([1, 'agree', body])

  it('takes the message that the other cases spoil', () => {
    expect(decodeMessage(agree({ channelId: HASH_BYTES }))).toEqual({ type: 'agree', channelId: HASH })
  })

  it('refuses an unknown version, type and field, and a missing field', () => {
    expect(refusalOf(encode([2, 'agree', { channelId: HASH_BYTES }]))).toBe('MESSAGE_VERSION_UNKNOWN')
    for (const version of ['1', 1.5, null, true, [1], { valueOf: 1, toString: 1 }, HASH_BYTES]) {
      expect(refusalOf(encode([version, 'agree', { channelId: HASH_BYTES }]))).toBe('MESSAGE_VERSION_UNKNOWN')
    }
    for (const type of ['nonsense', 'toString', '__proto__', 7, null, ['agree']]) {
      expect(refusalOf(encode([1, type, { channelId: HASH_BYTES }]))).toBe('MESSAGE_TYPE_UNKNOWN')
    }
    expect(refusalOf(agree({ channelId: HASH_BYTES, more: 1 }))).toBe('MESSAGE_FIELD_UNKNOWN')
    expect(refusalOf(agree({}))).toBe('MESSAGE_FIELD_MISSING')
  })

  it('refuses a frame where a message is due, and a message where a frame is', () => {
    const ack = encodeFrame({ kind: 'ack', number: 1n })
    expect(() => decodeMessage(ack)).toThrow(code('MESSAGE_TYPE_UNKNOWN'))
    expect(() => decodeFrame(agree({ channelId: HASH_BYTES }))).toThrow(code('MESSAGE_TYPE_UNKNOWN'))
  })

  it('refuses a volatile message in a data frame, and the other way round', () => {
    const accepted = ['voucherAccepted', { virtualId: HASH_BYTES, amount: new Uint8Array(16) }]
    const agreed = ['agree', { channelId: HASH_BYTES }]
    const data = encode([1, 'data', { number: new Uint8Array(8), message: accepted }])
    expect(() => decodeFrame(data)).toThrow(code('MESSAGE_TYPE_UNKNOWN'))
    expect(() => decodeFrame(encode([1, 'volatile', { message: agreed }]))).toThrow(code('MESSAGE_TYPE_UNKNOWN'))
  })

  it('refuses values of another form', () => {
    const wrong = [HASH, new Uint8Array(31), new Uint8Array(33), 1, 2 ** 60, null, true, [1], { '/': 'x' }, 1.5]
    for (const channelId of wrong) expect(refusalOf(agree({ channelId }))).toBe('MESSAGE_FIELD_INVALID')
    for (const body of [null, 1, 'x', HASH_BYTES, [HASH_BYTES]])
      expect(refusalOf(agree(body))).toBe('MESSAGE_FIELD_INVALID')
    for (const envelope of [null, {}, [], [1, 'agree'], [1, 'agree', { channelId: HASH_BYTES }, 0]]) {
      expect(refusalOf(encode(envelope))).toBe('MESSAGE_FIELD_INVALID')
    }
  })

  it('refuses integers where strings of 8 or 16 bytes are due', () => {
    const accepted = (seq: unknown) => encode([1, 'accepted', { channelId: HASH_BYTES, lane: 0, seq }])
    expect(refusalOf(accepted(new Uint8Array(8)))).toBeUndefined()
    for (const seq of [5, 5n, new Uint8Array(7), new Uint8Array(16)]) {
      expect(refusalOf(accepted(seq))).toBe('MESSAGE_FIELD_INVALID')
    }
    const paid = (amount: unknown) => encode([1, 'voucherAccepted', { virtualId: HASH_BYTES, amount }])
    expect(refusalOf(paid(new Uint8Array(16)))).toBeUndefined()
    for (const amount of [5, 5n, new Uint8Array(8)]) expect(refusalOf(paid(amount))).toBe('MESSAGE_FIELD_INVALID')
  })

  it('refuses numbers out of range', () => {
    const tick = (index: unknown) =>
      encode([1, 'tick', { virtualId: HASH_BYTES, anchor: HASH_BYTES, index, preimage: HASH_BYTES }])
    expect(refusalOf(tick(0xffff_ffff))).toBeUndefined()
    for (const index of [-1, 2 ** 32, 0.5, 2n ** 60n]) expect(refusalOf(tick(index))).toBe('MESSAGE_FIELD_INVALID')
    for (const lane of [2, -1, '0', false]) {
      const bytes = encode([1, 'countersignRequest', { channelId: HASH_BYTES, lane }])
      expect(refusalOf(bytes)).toBe('MESSAGE_FIELD_INVALID')
    }
  })

  it('refuses codes and texts that could disturb a log', () => {
    const reject = (code: unknown, text: unknown) => encode([1, 'reject', { channelId: HASH_BYTES, code, text }])
    expect(refusalOf(reject('A_1', 'why ~ not'))).toBeUndefined()
    for (const code of ['', 'a', '1A', 'A-B', 'A\n', `A${'B'.repeat(64)}`]) {
      expect(refusalOf(reject(code, ''))).toBe('MESSAGE_FIELD_INVALID')
    }
    for (const text of ['a\nb', '\u001b[31m', 'é', 'x'.repeat(257)]) {
      expect(refusalOf(reject('A', text))).toBe('MESSAGE_FIELD_INVALID')
    }
  })

  it('refuses another encoding of a message that it would take', () => {
    const hex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'))
    const key = (name: string) => (0x60 + name.length).toString(16) + Buffer.from(name).toString('hex')
    const fields = { channelId: `5820${'ab'.repeat(32)}`, code: '6141', text: '60' }
    const map = (...names: (keyof typeof fields)[]) =>
      hex(`8301${key('reject')}a${names.length}${names.map((name) => key(name) + fields[name]).join('')}`)
    expect(refusalOf(map('code', 'text', 'channelId'))).toBeUndefined()
    expect(refusalOf(map('text', 'code', 'channelId'))).toBe('MESSAGE_NOT_CANONICAL')
    expect(refusalOf(map('channelId', 'code', 'text'))).toBe('MESSAGE_NOT_CANONICAL')
    expect(refusalOf(map('code', 'code', 'text', 'channelId'))).toBe('MESSAGE_MALFORMED')
    const lane = (encoded: string) =>
      hex(`8301${key('countersignRequest')}a2${key('lane')}${encoded}${key('channelId')}${fields.channelId}`)
    expect(refusalOf(lane('01'))).toBeUndefined()
    expect(refusalOf(lane('1801'))).toBe('MESSAGE_MALFORMED')
    expect(refusalOf(lane('f93c00'))).toBe('MESSAGE_FIELD_INVALID')
    expect(refusalOf(lane('fb3ff0000000000000'))).toBe('MESSAGE_FIELD_INVALID')
  })

  it('refuses what is over its limits', () => {
    expect(refusalOf(new Uint8Array(MAX_MESSAGE_BYTES + 1))).toBe('MESSAGE_OVERSIZE')
    const voucher = { channelId: HASH, lane: 0, seq: 1n, paid: 0n, locked: 0n, locksRoot: HASH } as const
    const update = (count: number): PeerMessage => ({
      type: 'update',
      update: {
        base: 0n,
        operations: Array.from({ length: count }, () => ({ type: 'pay', amount: 1n }) as const),
        voucher,
        signature: SIGNATURE,
      },
    })
    expect(decodeMessage(encodeMessage(update(MAX_OPERATIONS)))).toEqual(update(MAX_OPERATIONS))
    expect(() => encodeMessage(update(MAX_OPERATIONS + 1))).toThrow(code('MESSAGE_FIELD_INVALID'))
  })

  it('has room for the largest update and the largest hello', () => {
    const path = Array.from({ length: 6 }, (_, i) => `0x${`0${i + 1}`.repeat(20)}` as const)
    const terms = { path, token: `0x${'00'.repeat(20)}`, capacity: 1n, disputeWindow: 2 ** 32 - 1, nonce: 1n } as const
    const memo = { until: [1n, 1n, 1n, 1n, 1n], fees: [1n, 1n, 1n, 1n] }
    const voucher = { channelId: HASH, lane: 0, seq: 1n, paid: 0n, locked: 0n, locksRoot: HASH } as const
    const operations = Array.from({ length: MAX_OPERATIONS }, () => ({ type: 'add', terms, memo }) as const)
    const update = { base: 0n, operations, voucher, signature: SIGNATURE }
    const countersignature = { seq: 1n, signature: SIGNATURE }
    const largest = encodeFrame({ kind: 'data', number: 1n, message: { type: 'update', update, countersignature } })
    expect(largest.length).toBeLessThanOrEqual(MAX_MESSAGE_BYTES)
    const channels = Array.from({ length: MAX_HELLO_CHANNELS }, (_, i) => ({
      channelId: `0x${(i + 1).toString(16).padStart(64, '0')}` as const,
      sent: 1n,
      received: 1n,
      countersigned: 1n,
      held: 1n,
    }))
    const features = Array.from({ length: MAX_HELLO_FEATURES }, (_, i) => 2 ** 32 - MAX_HELLO_FEATURES + i)
    const hello = encodeFrame({ kind: 'hello', next: 1n, oldest: 1n, account: ACCOUNT, features, channels })
    expect(hello.length).toBeLessThanOrEqual(MAX_MESSAGE_BYTES)
    expect(decodeFrame(hello)).toMatchObject({ features, channels })
    const last = { ...channels[0], channelId: HASH } as (typeof channels)[number]
    const wrong = (list: typeof channels) => () =>
      encodeFrame({ kind: 'hello', next: 1n, oldest: 1n, account: ACCOUNT, features: [], channels: list })
    expect(wrong([...channels, last])).toThrow(code('MESSAGE_FIELD_INVALID'))
    expect(wrong(channels.toReversed())).toThrow(code('MESSAGE_FIELD_INVALID'))
    for (const list of [[...features, 2 ** 32], features.toReversed(), [1, 1], [0, ...features], [-1]]) {
      const telling = { kind: 'hello', next: 1n, oldest: 1n, account: ACCOUNT, features: list, channels: [] } as const
      expect(() => encodeFrame(telling)).toThrow(code('MESSAGE_FIELD_INVALID'))
    }
    expect(wrong([last, last])).toThrow(code('MESSAGE_FIELD_INVALID'))
  })

  it('refuses a nest of arrays without running out of stack', () => {
    expect(refusalOf(new Uint8Array(MAX_MESSAGE_BYTES).fill(0x81))).toBe('MESSAGE_MALFORMED')
    const long = concatBytes(Uint8Array.of(0x9b, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff), new Uint8Array(64))
    expect(refusalOf(long)).toBe('MESSAGE_MALFORMED')
  })

  it('refuses an add whose memo does not fit its path', () => {
    const terms = { path: [`0x${'01'.repeat(20)}`, `0x${'02'.repeat(20)}`], token: `0x${'00'.repeat(20)}` } as const
    const voucher = { channelId: HASH, lane: 0, seq: 1n, paid: 0n, locked: 0n, locksRoot: HASH } as const
    const message = (until: bigint[], fees: bigint[]): PeerMessage => ({
      type: 'update',
      update: {
        base: 0n,
        operations: [
          { type: 'add', terms: { ...terms, capacity: 1n, disputeWindow: 1, nonce: 1n }, memo: { until, fees } },
        ],
        voucher,
        signature: SIGNATURE,
      },
    })
    expect(refusalOf(encodeMessage(message([1n], [])))).toBeUndefined()
    expect(() => encodeMessage(message([1n, 1n], []))).toThrow(code('MESSAGE_FIELD_INVALID'))
    expect(() => encodeMessage(message([1n], [1n]))).toThrow(code('MESSAGE_FIELD_INVALID'))
  })

  it('refuses to write what cannot be read', () => {
    expect(() => encodeFrame({ kind: 'ack', number: 1n << 64n })).toThrow(code('NUMBER_OUT_OF_RANGE'))
    expect(() => encodeFrame({ kind: 'ack', number: -1n })).toThrow(code('NUMBER_OUT_OF_RANGE'))
    expect(() => encodeMessage({ type: 'agree', channelId: '0xAB' })).toThrow(code('HEX_INVALID'))
    expect(() => encodeMessage({ type: 'reject', channelId: HASH, code: 'A', text: '\n' })).toThrow(
      code('MESSAGE_FIELD_INVALID'),
    )
  })
})
