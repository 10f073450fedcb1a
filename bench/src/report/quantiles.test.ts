import { expect, it } from 'vitest'
import { quantiles } from './quantiles.ts'

it('names measured values, whatever their order', () => {
  const values = Array.from({ length: 100 }, (_, i) => 100 - i)
  expect(quantiles(values)).toEqual({ n: 100, p50: 50, p90: 90, p99: 99 })
  expect(quantiles([7])).toEqual({ n: 1, p50: 7, p90: 7, p99: 7 })
})
