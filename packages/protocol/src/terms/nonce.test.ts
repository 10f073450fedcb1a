import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_UINT64 } from '../primitives/bytes.ts'
import { makeNonce, nonceMinute } from './nonce.ts'

const code = (code: string) => expect.objectContaining({ code })

describe('a nonce', () => {
  it('tells the minute of its making and keeps the random bytes', () => {
    const now = fc.bigInt({ min: 0n, max: 60n * 0xffff_ffffn + 59n })
    fc.assert(
      fc.property(now, fc.uint8Array({ minLength: 4, maxLength: 4 }), (seconds, random) => {
        const nonce = makeNonce(seconds, random)
        expect(nonceMinute(nonce)).toBe(seconds / 60n)
        expect(nonce & 0xffff_ffffn).toBe(BigInt(Buffer.from(random).readUInt32BE()))
        expect(nonce <= MAX_UINT64).toBe(true)
      }),
    )
  })

  it('is refused for a time past its range or random bytes of another number', () => {
    expect(() => makeNonce(60n * (1n << 32n), new Uint8Array(4))).toThrow(code('NUMBER_OUT_OF_RANGE'))
    expect(() => makeNonce(-60n, new Uint8Array(4))).toThrow(code('NUMBER_OUT_OF_RANGE'))
    expect(() => makeNonce(0n, new Uint8Array(8))).toThrow(code('BYTES_LENGTH'))
  })
})
