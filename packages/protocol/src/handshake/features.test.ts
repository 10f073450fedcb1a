import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FEATURES, type Feature, featureNumbers, matchFeatures } from './features.ts'

const ticks: Feature = { name: 'ticks', number: 2 }
const towers: Feature = { name: 'towers', number: 40 }

describe('features', () => {
  it('have even numbers and names, each once', () => {
    expect(FEATURES.every(({ number }) => number % 2 === 0)).toBe(true)
    expect(new Set(FEATURES.map(({ number }) => number)).size).toBe(FEATURES.length)
    expect(new Set(FEATURES.map(({ name }) => name)).size).toBe(FEATURES.length)
  })

  it('are told by their even number when required, else by the odd one above, in order', () => {
    expect(featureNumbers({ known: [towers, ticks], required: [towers] })).toEqual([3, 40])
    expect(featureNumbers({ known: [], required: [] })).toEqual([])
  })

  it('are common when both have them, required or not', () => {
    const ours = { known: [ticks, towers], required: [ticks] }
    expect(matchFeatures(ours, [2, 41])).toEqual({ type: 'common', features: [ticks, towers] })
    expect(matchFeatures(ours, [3])).toEqual({ type: 'common', features: [ticks] })
  })

  it('end a session when the other side requires one that is unknown here, and name it', () => {
    expect(matchFeatures({ known: [ticks], required: [] }, [2, 4, 6])).toEqual({ type: 'unknown', numbers: [4, 6] })
  })

  it('end a session when the other side lacks one that is required here', () => {
    const ours = { known: [ticks, towers], required: [ticks, towers] }
    expect(matchFeatures(ours, [41])).toEqual({ type: 'missing', features: [ticks] })
  })

  it('are nothing when they are odd and unknown', () => {
    const odd = fc.uniqueArray(fc.nat(2 ** 31 - 1).map((n) => 2 * n + 1))
    fc.assert(
      fc.property(odd, (numbers) => {
        const others = numbers.filter((number) => number !== 3)
        expect(matchFeatures({ known: [ticks], required: [] }, others)).toEqual({ type: 'common', features: [] })
      }),
    )
  })

  it('are judged alike by both sides', () => {
    const all = [0, 2, 4, 6].map((number) => ({ name: `feature ${number}`, number }))
    const offer = fc
      .tuple(fc.subarray(all), fc.subarray(all))
      .map(([known, some]) => ({ known, required: known.filter((one) => some.includes(one)) }))
    fc.assert(
      fc.property(offer, offer, (a, b) => {
        const [atA, atB] = [matchFeatures(a, featureNumbers(b)), matchFeatures(b, featureNumbers(a))]
        expect(atA.type === 'common').toBe(atB.type === 'common')
        if (atA.type === 'common') expect(atB).toEqual(atA)
      }),
    )
  })
})
