import { decode, encode } from '@ipld/dag-cbor'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytesToHex, hexToBytes, MAX_UINT32 } from '../primitives/bytes.ts'
import { CborError, decodeCbor, encodeCbor, type ReadCbor } from './cbor.ts'
import type { Cbor } from './field.ts'

const { any } = fc.letrec<{ any: Cbor }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 5 },
    fc.oneof(fc.nat(), fc.constantFrom(0, 23, 24, 255, 256, 65_535, 65_536, MAX_UINT32)),
    fc.uint8Array({ maxLength: 300 }),
    fc.string({ unit: 'grapheme', maxLength: 300 }),
    fc.array(tie('any'), { maxLength: 30 }),
    fc.dictionary(fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 30 }), tie('any'), {
      noNullPrototype: true,
    }),
  ),
}))

function isForeign(value: ReadCbor): boolean {
  if (value === null) return true
  if (typeof value !== 'object' || value instanceof Uint8Array) return false
  return Object.values<ReadCbor>(value).some(isForeign)
}

const faultOf = (hex: string): CborError => {
  try {
    decodeCbor(hexToBytes(`0x${hex.replaceAll(' ', '')}`))
  } catch (error) {
    if (error instanceof CborError) return error
    throw error
  }
  throw new Error(`${hex} was taken`)
}

describe('the encoding', () => {
  it('is that of DAG-CBOR, and is read back', () => {
    fc.assert(
      fc.property(any, (value) => {
        const bytes = encodeCbor(value)
        expect(bytesToHex(bytes)).toBe(bytesToHex(encode(value)))
        expect(decodeCbor(bytes)).toEqual(value)
      }),
      { numRuns: 500 },
    )
  })

  it('is the only one of what is read, whatever was done to the bytes', () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 })
    fc.assert(
      fc.property(any, changes, (value, changed) => {
        const bytes = encodeCbor(value)
        for (const [at, byte] of changed) bytes[at % bytes.length] = byte
        try {
          const read = decodeCbor(bytes)
          if (isForeign(read)) return
          expect(bytesToHex(encodeCbor(read as Cbor))).toBe(bytesToHex(bytes))
          expect(read).toEqual(decode(bytes))
        } catch (error) {
          if (!(error instanceof CborError)) throw error
        }
      }),
      { numRuns: 3000 },
    )
  })

  it('reads any bytes as a value or refuses them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        try {
          const read = decodeCbor(bytes)
          if (!isForeign(read)) expect(bytesToHex(encodeCbor(read as Cbor))).toBe(bytesToHex(bytes))
        } catch (error) {
          expect(error).toBeInstanceOf(CborError)
        }
      }),
      { numRuns: 5000 },
    )
  })

  it.each(['a2 6162 01 6161 01', 'a2 626161 01 6161 01'])('refuses %s as the same in another order', (hex) => {
    expect(faultOf(hex).isDisordered).toBe(true)
  })

  it.each([
    ['1817', 'a number that has a shorter encoding'],
    ['190018', 'a number that has a shorter encoding'],
    ['1a00000100', 'a number that has a shorter encoding'],
    ['1b 00000000ffffffff', 'a number that has a shorter encoding'],
    ['3801', 'a number that has a shorter encoding'],
    ['5803 010203', 'a length that has a shorter encoding'],
    ['', 'nothing'],
    ['00 00', 'more behind it'],
    ['4201', 'cut short'],
    ['82 01', 'a list cut short'],
    ['c2 41 01', 'a tag'],
    ['9f ff', 'a list without a length'],
    ['5f 4101 ff', 'bytes without a length'],
    ['1c', 'a reserved form'],
    ['f7', 'undefined'],
    ['f8 ff', 'a simple value'],
    ['f9 3c', 'a fraction cut short'],
    ['5b 0000000100000000', 'a length beyond the end'],
    ['a2 6161 01 6161 01', 'a key twice'],
    ['a1 01 01', 'a key that is no text'],
    ['61 ff', 'no UTF-8'],
    ['62 c080', 'no shortest UTF-8'],
    ['9a ffffffff', 'a length beyond the end'],
    ['81'.repeat(65), 'too deep a nest'],
  ])('refuses %s: %s', (hex) => {
    expect(faultOf(hex).isDisordered).toBe(false)
  })

  it.each(['20', '3903e7', 'f4', 'f5', 'f6', 'f93c00', 'fa3fc00000', 'fb3ff0000000000000', '1b 0000000100000000'])(
    'reads %s, which nothing is encoded to, as nothing that a field takes',
    (hex) => {
      expect(decodeCbor(hexToBytes(`0x82${hex.replaceAll(' ', '')}01`))).toEqual([null, 1])
    },
  )

  it('holds a key that names a prototype like any other', () => {
    const bytes = hexToBytes(`0xa1${(0x60 + 9).toString(16)}${Buffer.from('__proto__').toString('hex')}a0`)
    const read = decodeCbor(bytes) as Record<string, Cbor>
    expect([Object.keys(read), Object.getPrototypeOf(read)]).toEqual([['__proto__'], Object.prototype])
    expect(bytesToHex(encodeCbor(read))).toBe(bytesToHex(bytes))
  })

  it.each([-1, 1.5, 2 ** 32, Number.NaN])('has no number %d', (number) => {
    expect(() => encodeCbor(number)).toThrow(CborError)
  })
})
