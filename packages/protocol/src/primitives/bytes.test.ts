import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  asciiToBytes,
  bytesToHex,
  bytesToUint,
  concatBytes,
  equalBytes,
  hexToBytes,
  isHex,
  MAX_UINT64,
  MAX_UINT128,
  MAX_UINT256,
  uint32ToBytes,
  uint64ToBytes,
  uint128ToBytes,
  uint256ToBytes,
  writeUint,
} from './bytes.ts'

const code = (code: string) => expect.objectContaining({ code })

describe('hexadecimal', () => {
  it('goes to bytes and back', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(hexToBytes(bytesToHex(bytes))).toEqual(bytes)
        expect(bytesToHex(bytes)).toBe(`0x${Buffer.from(bytes).toString('hex')}`)
        expect(isHex(bytesToHex(bytes), bytes.length)).toBe(true)
      }),
    )
  })

  it('is refused in any other form', () => {
    for (const hex of ['', '0', '0x0', '0xAB', '0xg0', '0x 1', '1xab', 'abcd', '0x0ab'] as const) {
      expect(() => hexToBytes(hex as `0x${string}`), hex).toThrow(code('HEX_INVALID'))
      expect(isHex(hex), hex).toBe(false)
    }
    expect(() => hexToBytes('0xabcd', 1)).toThrow(code('HEX_INVALID'))
    expect(() => hexToBytes('0xabcd', 3)).toThrow(code('HEX_INVALID'))
    expect(() => hexToBytes('0xabcd', 32, 'channelId')).toThrow(
      expect.objectContaining({
        code: 'HEX_INVALID',
        details: expect.objectContaining({ field: 'channelId', bytes: 32 }),
      }),
    )
    expect(isHex('0xab', 2)).toBe(false)
    expect(isHex(7)).toBe(false)
  })
})

describe('unsigned integers', () => {
  const encoders = [
    { encode: uint32ToBytes, length: 4, max: 0xffff_ffffn },
    { encode: uint64ToBytes, length: 8, max: MAX_UINT64 },
    { encode: uint128ToBytes, length: 16, max: MAX_UINT128 },
    { encode: uint256ToBytes, length: 32, max: MAX_UINT256 },
  ]

  it('are big-endian and of fixed length', () => {
    for (const { encode, length, max } of encoders) {
      fc.assert(
        fc.property(fc.bigInt({ min: 0n, max }), (value) => {
          const bytes = encode(value)
          expect(bytes).toHaveLength(length)
          expect(bytesToHex(bytes)).toBe(`0x${value.toString(16).padStart(2 * length, '0')}`)
          expect(bytesToUint(bytes)).toBe(value)
        }),
      )
    }
  })

  it('are refused out of range', () => {
    for (const { encode, max } of encoders) {
      expect(bytesToUint(encode(max))).toBe(max)
      for (const value of [-1n, max + 1n, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60]) {
        expect(() => encode(value)).toThrow(code('NUMBER_OUT_OF_RANGE'))
      }
    }
  })

  it('overwrite what stood there, and nothing else', () => {
    const target = new Uint8Array(12).fill(0xff)
    writeUint(target, 2, 1, 8)
    expect([...target]).toEqual([255, 255, 0, 0, 0, 0, 0, 0, 0, 1, 255, 255])
    writeUint(target, 5, 7, 1)
    expect([...target]).toEqual([255, 255, 0, 0, 0, 7, 0, 0, 0, 1, 255, 255])
  })
})

describe('bytes', () => {
  it('are joined and compared', () => {
    expect([...concatBytes(Uint8Array.of(1), new Uint8Array(), Uint8Array.of(2, 3))]).toEqual([1, 2, 3])
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).toBe(true)
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3))).toBe(false)
    expect(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1))).toBe(false)
    expect([...asciiToBytes('Az')]).toEqual([65, 122])
    expect(bytesToUint(new Uint8Array())).toBe(0n)
  })
})
