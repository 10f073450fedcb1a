import { flawsOf } from '@sluice/engine/testing'
import { expect, it } from 'vitest'
import { lyingEndpoint } from './lying-endpoint.ts'

it('gets nothing by an endpoint that hides a close, beside one that does not', async () => {
  const report = await lyingEndpoint.run()
  expect(flawsOf(report)).toEqual([])
  expect(report.thiefSpent).toBeGreaterThan(30_000_000)
})
