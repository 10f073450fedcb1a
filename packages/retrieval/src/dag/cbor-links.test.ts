import { encode } from '@ipld/dag-cbor'
import fc from 'fast-check'
import { CID } from 'multiformats/cid'
import { describe, expect, it } from 'vitest'
import { rawBlock } from '../testing/random-dag.ts'
import { cborLinks } from './cbor-links.ts'

const link = fc.uint8Array({ maxLength: 8 }).map((bytes) => rawBlock(bytes).cid)
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    link,
    fc.maxSafeInteger(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
    fc.string(),
    fc.uint8Array(),
    fc.array(tie('any'), { maxLength: 5 }),
    fc.dictionary(
      fc.string().filter((key) => !/^\d/.test(key) && key !== '__proto__'),
      tie('any'),
      { maxKeys: 5 },
    ),
  ),
})).any

/** Links in the order of canonical DAG-CBOR: keys by length, then by bytes. */
function reference(of: unknown): CID[] {
  const cid = CID.asCID(of)
  if (cid !== null) return [cid]
  if (Array.isArray(of)) return of.flatMap(reference)
  if (typeof of !== 'object' || of === null || of instanceof Uint8Array) return []
  const keys = Object.keys(of).map((key) => Buffer.from(key))
  keys.sort((a, b) => a.length - b.length || Buffer.compare(a, b))
  return keys.flatMap((key) => reference((of as Record<string, unknown>)[key.toString()]))
}

describe('cborLinks', () => {
  it('finds all links in the order of the bytes', () => {
    fc.assert(
      fc.property(value, (of) => {
        expect(cborLinks(encode(of)).map(String)).toEqual(reference(of).map(String))
      }),
    )
  })

  it('keeps the order of keys that look like numbers', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((text) => rawBlock(Buffer.from(text)).cid)
    expect(cborLinks(encode({ 10: c, 2: b, a })).map(String)).toEqual([b, a, c].map(String))
  })

  it('ends on any bytes, with links or an error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          cborLinks(bytes)
        } catch (error) {
          expect(error).toBeInstanceOf(Error)
        }
      }),
      { numRuns: 500 },
    )
  })
})
