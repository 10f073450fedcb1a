import fc from 'fast-check'
import { expect, it } from 'vitest'
import { raisedFees } from './fees.ts'

const fee = fc.bigInt({ min: 0n, max: 10n ** 18n })
const fees = fc.record({ maxFeePerGas: fee, maxPriorityFeePerGas: fee })

it('raises both fees by more than a tenth, which is what nodes ask of a replacement, and to what the moment asks', () => {
  fc.assert(
    fc.property(fees, fees, (old, now) => {
      const raised = raisedFees(old, now)
      for (const part of ['maxFeePerGas', 'maxPriorityFeePerGas'] as const) {
        expect(10n * raised[part]).toBeGreaterThan(11n * old[part])
        expect(raised[part]).toBeGreaterThanOrEqual(now[part])
      }
    }),
  )
})
