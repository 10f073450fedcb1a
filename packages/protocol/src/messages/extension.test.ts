import { decode, encode } from '@ipld/dag-cbor'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyFrame } from '../testing/arbitraries.ts'
import { decodeFrame, decodeMessage, encodeFrame } from './codec.ts'
import { MAX_IGNORED_DEPTH } from './limits.ts'
import type { Frame } from './types.ts'

type Tree = Record<string, unknown>

const code = (code: string) => expect.objectContaining({ code })

/** A frame as CBOR holds it: its body, to be changed before it is written again. */
function open(frame: Frame): { readonly kind: string; readonly body: Tree; write(): Uint8Array } {
  const envelope = decode<[number, string, Tree]>(encodeFrame(frame))
  return { kind: envelope[1], body: envelope[2], write: () => encode(envelope) }
}

const isMap = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)

/** All maps in a frame, and which of them later versions may add to. */
function maps({ kind, body }: ReturnType<typeof open>): { readonly map: Tree; readonly isOpen: boolean }[] {
  const openOnes = new Set<unknown>([body])
  if (Array.isArray(body.message)) openOnes.add(body.message[1])
  if (kind === 'hello') for (const standing of body.channels as Tree[]) openOnes.add(standing)
  const found: Tree[] = []
  const walk = (value: unknown): void => {
    if (isMap(value)) found.push(value)
    if (isMap(value) || Array.isArray(value)) for (const one of Object.values(value)) walk(one)
  }
  walk(body)
  return found.map((map) => ({ map, isOpen: openOnes.has(map) }))
}

const ignorableName = fc.stringMatching(/^_[a-z][A-Za-z0-9]{0,30}$/)
const requiredName = fc.stringMatching(/^[a-z][A-Za-z0-9]{8,20}$/).map((name) => `${name}X`)
const plain: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  leaf: fc.oneof(
    fc.nat(),
    fc.constant(0xffff_ffff),
    fc.uint8Array({ maxLength: 40 }),
    fc.stringMatching(/^[ -~]{0,40}$/),
  ),
  list: fc.array(tie('any'), { maxLength: 3 }),
  map: fc.dictionary(fc.stringMatching(/^[ -~]{1,12}$/), tie('any'), { maxKeys: 3 }),
  any: fc.oneof({ maxDepth: 4, depthSize: 'small' }, tie('leaf'), tie('list'), tie('map')),
})).any

describe('a field that a later version adds', () => {
  it('is ignored wherever versions may add one, if its name lets it be, and changes nothing', () => {
    fc.assert(
      fc.property(anyFrame, fc.array(fc.tuple(fc.nat(), ignorableName, plain), { maxLength: 6 }), (frame, extras) => {
        const tree = open(frame)
        const places = maps(tree).filter(({ isOpen }) => isOpen)
        for (const [at, name, value] of extras) {
          const { map } = places[at % places.length] as (typeof places)[number]
          map[name] = value
        }
        expect(decodeFrame(tree.write())).toEqual(frame)
      }),
      { numRuns: 1000 },
    )
  })

  it('is refused in any place where its name does not let it be ignored', () => {
    fc.assert(
      fc.property(anyFrame, fc.nat(), requiredName, plain, (frame, at, name, value) => {
        const tree = open(frame)
        const places = maps(tree)
        const { map } = places[at % places.length] as (typeof places)[number]
        map[name] = value
        expect(() => decodeFrame(tree.write())).toThrow(code('MESSAGE_FIELD_UNKNOWN'))
      }),
      { numRuns: 1000 },
    )
  })

  it('is refused in whatever is signed, hashed or replayed, whatever its name', () => {
    fc.assert(
      fc.property(anyFrame, fc.nat(), ignorableName, plain, (frame, at, name, value) => {
        const tree = open(frame)
        const places = maps(tree).filter(({ isOpen }) => !isOpen)
        const place = places[at % Math.max(1, places.length)]
        fc.pre(place !== undefined)
        Object.assign(place?.map ?? {}, { [name]: value })
        expect(() => decodeFrame(tree.write())).toThrow(code('MESSAGE_FIELD_UNKNOWN'))
      }),
      { numRuns: 1000 },
    )
  })

  it.each([
    ['null', null],
    ['a truth value', true],
    ['a fraction', 0.5],
    ['a negative number', -1],
    ['a number above 32 bits', 2 ** 32],
    ['a number above 53 bits', 2n ** 60n],
    ['a text that is not printable', 'a\nb'],
    ['a text that is not ASCII', 'é'],
    ['a name that is not printable', { 'a\u0000': 1 }],
    ['an empty name', { '': 1 }],
    ['a nest', Array.from({ length: MAX_IGNORED_DEPTH }).reduce((inner) => [inner], [])],
  ])('is refused when it holds what no field may: %s', (_what, value) => {
    for (const extra of [value, [value], { inner: value }]) {
      const ack = encode([1, 'ack', { number: new Uint8Array(8), _more: extra }])
      expect(() => decodeFrame(ack)).toThrow(code('MESSAGE_FIELD_INVALID'))
    }
  })

  it('may be a nest up to the limit', () => {
    const nest = Array.from({ length: MAX_IGNORED_DEPTH - 1 }).reduce((inner) => [inner], [])
    const ack = encode([1, 'ack', { number: new Uint8Array(8), _more: nest }])
    expect(decodeFrame(ack)).toEqual({ kind: 'ack', number: 0n })
  })

  it('is refused under a name of another form', () => {
    for (const name of ['_', '_A', '_1', '__proto__', '_a-b', `_${'a'.repeat(32)}`, ' _a', '']) {
      const ack = encode([
        1,
        'ack',
        Object.fromEntries([
          ['number', new Uint8Array(8)],
          [name, 1],
        ]),
      ])
      expect(() => decodeFrame(ack)).toThrow(code('MESSAGE_FIELD_UNKNOWN'))
    }
  })

  it('has one encoding, like all else', () => {
    const hex = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'))
    const ack = (map: string) => hex(`83 01 63 61636b ${map}`)
    const number = '66 6e756d626572 48 0000000000000001'
    const more = (value: string) => `62 5f61 ${value}`
    expect(decodeFrame(ack(`a2 ${more('01')} ${number}`))).toEqual({ kind: 'ack', number: 1n })
    for (const map of [`a2 ${number} ${more('01')}`, `a2 ${more('a2 61 62 01 61 61 01')} ${number}`]) {
      expect(() => decodeFrame(ack(map))).toThrow(code('MESSAGE_NOT_CANONICAL'))
    }
    for (const map of [
      `a2 ${more('1801')} ${number}`,
      `a2 ${more('c24101')} ${number}`,
      `a3 ${more('01')} ${more('01')} ${number}`,
    ]) {
      expect(() => decodeFrame(ack(map))).toThrow(code('MESSAGE_MALFORMED'))
    }
  })
})

describe('a message or frame that a later version adds', () => {
  it('is ignored if its name lets it be, and a numbered one keeps its number', () => {
    fc.assert(
      fc.property(ignorableName, fc.dictionary(fc.stringMatching(/^[ -~]{1,12}$/), plain), (name, body) => {
        const number = new Uint8Array(8).fill(1)
        const read = (kind: string, content: unknown) => decodeFrame(encode([1, kind, content]))
        expect(read(name, body)).toEqual({ kind: 'ignored', name })
        expect(read('volatile', { message: [name, body] })).toEqual({ kind: 'ignored', name })
        expect(read('data', { number, message: [name, body], _more: body })).toEqual({
          kind: 'ignored',
          name,
          number: 0x0101010101010101n,
        })
      }),
    )
  })

  it('is refused otherwise, and so is one in a frame that is none', () => {
    const read = (kind: unknown, content: unknown) => () => decodeFrame(encode([1, kind, content]))
    const number = new Uint8Array(8)
    expect(read('more', {})).toThrow(code('MESSAGE_TYPE_UNKNOWN'))
    expect(read('volatile', { message: ['more', {}] })).toThrow(code('MESSAGE_TYPE_UNKNOWN'))
    expect(read('data', { number, message: ['more', {}] })).toThrow(code('MESSAGE_TYPE_UNKNOWN'))
    expect(read('data', { message: ['_more', {}] })).toThrow(code('MESSAGE_FIELD_MISSING'))
    expect(read('data', { number, message: ['_more', {}], more: 1 })).toThrow(code('MESSAGE_FIELD_UNKNOWN'))
    expect(read('ack', { number, message: ['_more', {}] })).toThrow(code('MESSAGE_FIELD_UNKNOWN'))
    expect(read('data', { number, message: ['_more', {}, 0] })).toThrow(code('MESSAGE_FIELD_INVALID'))
    for (const body of [null, 1, [], 'x', new Uint8Array(1), { x: null }]) {
      expect(read('_more', body)).toThrow(code('MESSAGE_FIELD_INVALID'))
      expect(read('data', { number, message: ['_more', body] })).toThrow(code('MESSAGE_FIELD_INVALID'))
    }
    expect(() => decodeMessage(encode([1, '_more', {}]))).toThrow(code('MESSAGE_TYPE_UNKNOWN'))
  })
})
