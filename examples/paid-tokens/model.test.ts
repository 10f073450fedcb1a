import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { createTestNetwork, fetchFrom } from '@sluice/testing'
import { listen } from './listen.ts'
import { CALL, createModel, TOKEN } from './model.ts'

const URL_HERE = 'http://model.test/v1/complete'

test('an answer costs a call and its tokens', async (context) => {
  const network = await createTestNetwork()
  context.after(() => network.stop())
  const fetch = fetchFrom(createModel(network.payee.payee))
  const words: string[] = []
  const body = JSON.stringify({ prompt: 'hello', tokens: 50 })
  const response = await network.payer.fetch(URL_HERE, { method: 'POST', body, maxAmount: 100n * CALL, fetch })
  equal(await listen(response, 50, (word) => words.push(word)), 50)
  await response.body?.cancel().catch(() => undefined)
  await network.payer.closeTabs()
  await network.settled()
  deepEqual(words.slice(0, 1), ['a'])
  equal(network.received(), CALL + 50n * TOKEN)
})

test('who hangs up pays for what was said, and for no more than a window beyond it', async (context) => {
  const network = await createTestNetwork()
  context.after(() => network.stop())
  const fetch = fetchFrom(createModel(network.payee.payee))
  const body = JSON.stringify({ prompt: 'on and on', tokens: 1_000_000 })
  let settled = (_charged: bigint): void => {}
  const charged = new Promise<bigint>((resolve) => (settled = resolve))
  const onReceipt = (receipt: { charged: bigint }) => settled(receipt.charged)
  const init = { method: 'POST', body, maxAmount: 100n * CALL, fetch, onReceipt }
  const heard = await listen(await network.payer.fetch(URL_HERE, init), 30, () => {})
  const cost = await charged
  ok(cost >= CALL + BigInt(heard) * TOKEN && cost <= CALL + BigInt(heard + 30) * TOKEN, `${cost}`)
})

test('who pays nothing hears nothing', async (context) => {
  const network = await createTestNetwork()
  context.after(() => network.stop())
  const response = await createModel(network.payee.payee)(new Request(URL_HERE, { method: 'POST', body: '{}' }))
  equal(response.status, 402)
})
