import { decode, encode } from '@ipld/dag-cbor'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytesToHex, MAX_UINT256 } from '../primitives/bytes.ts'
import { list, optional, pair, refine, struct, union, unionBy, type Variants } from './composite-fields.ts'
import type { Field } from './field.ts'
import { bit, bytes, bytes32, flag, hexBytes, oneOf, text, textLike, uint, uint32, uint64 } from './value-fields.ts'

const through = <T>(field: Field<T>, value: T): T => field.decode(decode(encode(field.encode(value, 'it'))), 'it')

const fault = (path: string, type: string, more: object = {}) =>
  expect.objectContaining({ name: 'FieldError', path, fault: { type, ...more } })
const invalid = (path: string, expected: string) => fault(path, 'invalid', { expected })

describe('a shortest uint', () => {
  const any = fc.oneof(fc.constantFrom(0n, 1n, 255n, 256n, MAX_UINT256), fc.bigInt({ min: 0n, max: MAX_UINT256 }))

  it('is read as it was written, in as few bytes as there can be', () => {
    fc.assert(
      fc.property(any, (value) => {
        expect(through(uint, value)).toBe(value)
        expect((uint.encode(value, 'it') as Uint8Array).length).toBe(
          value === 0n ? 0 : Math.ceil(value.toString(16).length / 2),
        )
      }),
    )
  })

  it('refuses a leading zero, more than 32 bytes, and numbers that are none of its own', () => {
    for (const wrong of [Uint8Array.of(0), Uint8Array.of(0, 1), new Uint8Array(33).fill(1), 1, 1n, 'x', null]) {
      expect(() => uint.decode(wrong, 'it')).toThrow(invalid('it', 'at most 32 bytes without a leading zero'))
    }
    for (const wrong of [-1n, MAX_UINT256 + 1n]) {
      expect(() => uint.encode(wrong, 'it')).toThrow(expect.objectContaining({ code: 'NUMBER_OUT_OF_RANGE' }))
    }
  })
})

describe('values', () => {
  it('are read as they were written', () => {
    expect(through(bytes, Uint8Array.of(1, 2))).toEqual(Uint8Array.of(1, 2))
    fc.assert(
      fc.property(fc.uint8Array(), (any) => {
        expect(through(hexBytes, bytesToHex(any))).toBe(bytesToHex(any))
      }),
    )
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (any) => {
        expect(through(text, any)).toBe(any)
      }),
    )
    expect([through(flag, true), through(flag, false)]).toEqual([true, false])
    expect(through(pair(uint), [5n, 0n])).toEqual([5n, 0n])
    expect(through(oneOf('up', 'down'), 'down')).toBe('down')
  })

  it('of another form are refused with where they stand and what is due there', () => {
    const cases: readonly (readonly [Pick<Field<unknown>, 'decode'>, unknown, string])[] = [
      [bytes, 'x', 'a string of bytes'],
      [hexBytes, '0x00', 'a string of bytes'],
      [text, 1, 'a text'],
      [flag, 2, '0 or 1'],
      [bit, true, '0 or 1'],
      [uint32, -0, 'a whole number from 0 to 4294967295'],
      [bytes32, new Uint8Array(31), 'a string of 32 bytes'],
      [oneOf('up', 'down'), 'left', 'one of up, down'],
      [textLike(/^a$/, 'an a'), 'b', 'an a'],
      [pair(uint), [new Uint8Array()], 'a list of 2 to 2 items'],
      [struct<{ x: bigint }>({ x: uint }), [], 'a map'],
    ]
    for (const [field, wrong, expected] of cases) {
      expect(() => field.decode(wrong, 'it')).toThrow(invalid('it', expected))
    }
  })

  it('that cannot be written are refused there', () => {
    expect(() => oneOf('up').encode('down' as 'up', 'it')).toThrow(invalid('it', 'one of up'))
    expect(() => uint32.encode(0.5, 'it')).toThrow(invalid('it', 'a whole number from 0 to 4294967295'))
    expect(() => list(uint, 1, 2).encode([], 'it')).toThrow(invalid('it', 'a list of 1 to 2 items'))
    const even = refine(uint, 'even', (value) => value % 2n === 0n)
    expect(() => even.encode(3n, 'it')).toThrow(invalid('it', 'even'))
    expect(() => even.decode(Uint8Array.of(3), 'it')).toThrow(invalid('it', 'even'))
  })
})

type Phase =
  | { readonly type: 'open' }
  | { readonly type: 'folding'; readonly amount: bigint; readonly since?: bigint }
  | { readonly type: 'won' | 'lost'; readonly by: number }

const phase = union<Phase>({
  open: struct({}),
  folding: struct({ amount: uint, since: optional(uint64) }),
  won: struct({ by: uint32 }),
  lost: struct({ by: uint32 }),
})

describe('a union', () => {
  const phases: readonly Phase[] = [
    { type: 'open' },
    { type: 'folding', amount: 1n },
    { type: 'folding', amount: 1n, since: 7n },
    { type: 'won', by: 3 },
    { type: 'lost', by: 3 },
  ]

  it('is written as the type and the body, and read as it was written', () => {
    expect(phase.encode({ type: 'folding', amount: 1n }, 'it')).toEqual(['folding', { amount: Uint8Array.of(1) }])
    for (const one of phases) expect(through(phase, one)).toEqual(one)
  })

  it('may be told apart by another name, and stand in lists and structs', () => {
    const frame = unionBy<{ kind: 'a'; x: bigint } | { kind: 'b' }, 'kind'>('kind', {
      a: struct({ x: uint }),
      b: struct({}),
    })
    expect(through(frame, { kind: 'a', x: 5n })).toEqual({ kind: 'a', x: 5n })
    const record = struct<{ phases: readonly Phase[] }>({ phases: list(phase, 0, 9) })
    expect(through(record, { phases })).toEqual({ phases })
  })

  it('refuses types that it does not have, and bodies of another type, with the whole path', () => {
    const record = struct<{ phases: readonly Phase[] }>({ phases: list(phase, 0, 9) })
    const read = (raw: unknown) => () => record.decode({ phases: [['open', {}], raw] }, 'record')
    for (const name of ['close', 'toString', '__proto__']) {
      expect(read([name, {}])).toThrow(fault('record.phases[1]', 'variant', { got: `"${name}"` }))
    }
    expect(read([7, {}])).toThrow(fault('record.phases[1]', 'variant', { got: 'a number' }))
    expect(read('open')).toThrow(invalid('record.phases[1]', 'an array of a type and a body'))
    expect(read(['folding', {}])).toThrow(fault('record.phases[1].folding.amount', 'missing'))
    expect(read(['open', { by: 1 }])).toThrow(fault('record.phases[1].open.by', 'unknown'))
    expect(read(['won', { by: 'x' }])).toThrow(
      invalid('record.phases[1].won.by', 'a whole number from 0 to 4294967295'),
    )
    const unheard = { type: 'close' } as unknown as Phase
    expect(() => phase.encode(unheard, 'it')).toThrow(fault('it', 'variant', { got: '"close"' }))
  })

  it('is held to its members by the compiler', () => {
    type Two = { readonly type: 'a'; readonly x: bigint; readonly y?: number } | { readonly type: 'b' }
    const b: Variants<Two, 'type'>['b'] = struct({})
    // @ts-expect-error A member is left out.
    union<Two>({ b })
    // @ts-expect-error A member is too many.
    union<Two>({ a: struct({ x: uint, y: optional(uint32) }), b, c: b })
    // @ts-expect-error A field is left out.
    union<Two>({ a: struct({ x: uint }), b })
    // @ts-expect-error A field is too many.
    union<Two>({ a: struct({ x: uint, y: optional(uint32), z: uint }), b })
    // @ts-expect-error A field is of another type.
    union<Two>({ a: struct({ x: uint32, y: optional(uint32) }), b })
    // @ts-expect-error A field that may be left out is not marked.
    union<Two>({ a: struct({ x: uint, y: uint32 }), b })
    // @ts-expect-error A word is left out.
    const word: Field<'up' | 'down'> = oneOf('up')
    expect(word).toBeDefined()
  })
})
