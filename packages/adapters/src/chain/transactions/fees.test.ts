import fc from 'fast-check'
import { expect, it } from 'vitest'
import { priceOf, raisedFees } from './fees.ts'

const fee = fc.bigInt({ min: 0n, max: 10n ** 18n })
const fees = fc.record({ maxFeePerGas: fee, maxPriorityFeePerGas: fee })

it('raises both fees by more than a quarter, which is the most that nodes ask of a replacement, and to what the moment asks', () => {
  fc.assert(
    fc.property(fees, fees, (old, now) => {
      const raised = raisedFees(old, now)
      for (const part of ['maxFeePerGas', 'maxPriorityFeePerGas'] as const) {
        expect(4n * raised[part]).toBeGreaterThan(5n * old[part] - 4n)
        expect(raised[part]).toBeGreaterThanOrEqual(now[part])
      }
    }),
  )
})

it('costs what the moment asks and the tip, or the most that was offered', () => {
  expect(priceOf({ maxFeePerGas: 10n, maxPriorityFeePerGas: 3n }, 5n)).toBe(8n)
  expect(priceOf({ maxFeePerGas: 10n, maxPriorityFeePerGas: 3n }, 8n)).toBe(10n)
})
