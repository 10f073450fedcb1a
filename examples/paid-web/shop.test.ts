import { equal } from 'node:assert/strict'
import { test } from 'node:test'
import type { Receipt } from '@sluice/http'
import { createTestNetwork, fetchFrom } from '@sluice/testing'
import { CALL, createShop, TOKEN } from './shop.ts'

test('calls and tokens are paid for on one virtual channel', async (context) => {
  const network = await createTestNetwork()
  context.after(() => network.stop())
  const fetch = fetchFrom(createShop(network.payee.payee))
  const buy = async (target: string) => {
    let settled = (_charged: bigint): void => {}
    const charged = new Promise<bigint>((resolve) => (settled = resolve))
    const onReceipt = (receipt: Receipt) => settled(receipt.charged)
    const response = await network.payer.fetch(`http://shop.test${target}`, {
      maxAmount: 100n * CALL,
      fetch,
      onReceipt,
    })
    return { text: await response.text(), charged: await charged }
  }
  const square = await buy('/square?of=7')
  equal(square.text, '{"square":49}')
  equal(square.charged, CALL)
  const said = await buy('/model?tokens=30')
  equal(said.text.trim().split(' ').length, 30)
  equal(said.charged, 30n * TOKEN)
  equal(network.payer.engine.virtuals().length, 1)
  await network.payer.closeTabs()
  await network.settled()
  equal(network.received(), CALL + 30n * TOKEN)
})

test('who pays nothing gets nothing', async (context) => {
  const network = await createTestNetwork()
  context.after(() => network.stop())
  const shop = createShop(network.payee.payee)
  for (const target of ['/square', '/film', '/model']) {
    equal((await shop(new Request(`http://shop.test${target}`))).status, 402)
  }
})
