import { deepEqual, equal, rejects } from 'node:assert/strict'
import { test } from 'node:test'
import { createTestNetwork, fetchFrom } from '@sluice/testing'
import { createApi, PRICE } from './api.ts'

test('a call is answered, and costs its price', async (context) => {
  const network = await createTestNetwork()
  context.after(() => network.stop())
  const fetch = fetchFrom(createApi(network.payee.payee))
  const response = await network.payer.fetch('http://api.test/factors/600851475143', { maxAmount: PRICE, fetch })
  deepEqual(await response.json(), { number: 600851475143, factors: [71, 839, 1471, 6857] })
  await network.payer.closeTabs()
  await network.settled()
  equal(network.received(), PRICE)
})

test('whoever wants to pay less gets nothing, and pays nothing', async (context) => {
  const network = await createTestNetwork()
  context.after(() => network.stop())
  const fetch = fetchFrom(createApi(network.payee.payee))
  const call = network.payer.fetch('http://api.test/factors/91', { maxAmount: PRICE - 1n, fetch })
  await rejects(call, { code: 'OFFER_AMOUNT' })
  equal(network.received(), 0n)
})

test('what is no number is not sold', async (context) => {
  const network = await createTestNetwork()
  context.after(() => network.stop())
  const fetch = fetchFrom(createApi(network.payee.payee))
  for (const path of ['/', '/factors/0', '/factors/-1', '/factors/1e6', `/factors/${10 ** 12}`]) {
    equal((await fetch(`http://api.test${path}`)).status, 404, path)
  }
})
