import { equal, match, rejects } from 'node:assert/strict'
import { test } from 'node:test'
import { createTestNetwork, fetchFrom } from '@sluice/testing'
import { goods, NANO } from './goods.ts'
import { createShop } from './shop.ts'

test('each of the goods is served for its price', async (context) => {
  const network = await createTestNetwork()
  context.after(() => network.stop())
  const fetch = fetchFrom(createShop(network.payee.payee))
  let spent = 0n
  for (const { file, price } of goods) {
    const response = await network.payer.fetch(`http://page.test/${file}`, { maxAmount: price * NANO, fetch })
    match(await response.text(), /lock|deposit/)
    spent += price * NANO
  }
  await network.settled()
  equal(network.received(), spent)
})

test('nothing is served for less, and nothing that is not on sale', async (context) => {
  const network = await createTestNetwork()
  context.after(() => network.stop())
  const fetch = fetchFrom(createShop(network.payee.payee))
  const cheap = network.payer.fetch('http://page.test/the-hub.txt', { maxAmount: NANO, fetch })
  await rejects(cheap, { code: 'OFFER_AMOUNT' })
  equal((await fetch('http://page.test/../shop.ts')).status, 404)
  equal(network.received(), 0n)
})
