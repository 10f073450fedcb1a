import { expect, it } from 'vitest'
import { startExample } from '../start-example.ts'

it('sells calls to a payer, tells everybody else the price, and ends at Ctrl-C', async () => {
  await using example = startExample('paid-api')
  const [, url = ''] = await example.says(/curl -i (\S+)/)
  expect(example.said()).toContain('without payment the API answers 402')
  expect(example.said()).toMatch(/\/factors\/600851475143\s+71 x 839 x 1471 x 6857\s+1 nanoFIL/)
  expect(example.said()).toContain('The API has 5 nanoFIL more')
  const unpaid = await fetch(url)
  expect(unpaid.status).toBe(402)
  expect(unpaid.headers.get('payment-required')).not.toBeNull()
  await example.interrupt()
  await expect(fetch(url)).rejects.toThrow()
})
