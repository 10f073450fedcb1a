import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HeldFrames } from './held.ts'

describe('frames that wait', () => {
  it('come out in the order in which they came, however pushes and takes are mixed', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1500, max: 1500 }), { maxLength: 20 }), (steps) => {
        const held = new HeldFrames(Number.POSITIVE_INFINITY, { bytes: 0 })
        const expected: number[] = []
        let next = 0
        for (const step of steps) {
          for (let i = 0; i < step; i++) {
            const frame = new Uint8Array(4)
            new DataView(frame.buffer).setUint32(0, next)
            expected.push(next)
            next += 1
            held.push(frame)
          }
          for (let i = 0; i < -step; i++) {
            const frame = held.take()
            expect(frame && new DataView(frame.buffer).getUint32(0)).toBe(expected.shift())
          }
          expect(held.size).toBe(expected.length)
        }
      }),
      { numRuns: 20 },
    )
  })

  it('are bounded though they hold nothing, by what is there and not by what was', () => {
    const held = new HeldFrames(1_280, { bytes: 0 })
    const empty = new Uint8Array()
    for (let i = 0; i < 10; i++) expect(held.push(empty)).toBe(true)
    expect(held.push(empty)).toBe(false)
    for (let i = 0; i < 11; i++) held.take()
    expect(held.push(new Uint8Array(1_152))).toBe(true)
    expect(held.push(empty)).toBe(false)
    held.clear()
    expect(held.size).toBe(0)
    expect(held.push(empty)).toBe(true)
  })

  it('are counted with those of other sessions, until they are taken out', () => {
    const total = { bytes: 0 }
    const [one, other] = [new HeldFrames(10_000, total), new HeldFrames(10_000, total)]
    one.push(new Uint8Array(72))
    other.push(new Uint8Array(172))
    other.push(new Uint8Array())
    expect([one.bytes, other.bytes, total.bytes]).toEqual([200, 428, 628])
    other.take()
    one.clear()
    one.clear()
    expect([one.bytes, other.bytes, total.bytes]).toEqual([0, 128, 128])
  })
})
