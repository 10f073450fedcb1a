import { equal, match } from 'node:assert/strict'
import { test } from 'node:test'
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js'
import { createTestNetwork } from '@sluice/testing'
import { runAgent, type Step } from './agent.ts'
import { createShop, createTools, PRICE } from './shop.ts'

test('the agent buys until its allowance is used up, and is told why', async (context) => {
  const network = await createTestNetwork()
  context.after(() => network.stop())
  const [own, theirs] = InMemoryTransport.createLinkedPair()
  await createTools(createShop(network.payee.payee)).connect(theirs)
  const steps: Step[] = []
  const allowance = { each: PRICE, day: 2n * PRICE }
  await runAgent(network.payer.payer, own, allowance, ['one', 'two', 'three'], (step) => steps.push(step))
  equal(steps[1]?.answer, 'two: 3 letters, 3 of them different')
  match(steps[2]?.refused ?? '', /^SPENDING_RULE: /)
  await network.settled()
  equal(network.received(), 2n * PRICE)
})

test('a dearer tool than allowed is not bought', async (context) => {
  const network = await createTestNetwork()
  context.after(() => network.stop())
  const [own, theirs] = InMemoryTransport.createLinkedPair()
  await createTools(createShop(network.payee.payee)).connect(theirs)
  const steps: Step[] = []
  const allowance = { each: PRICE - 1n, day: 10n * PRICE }
  await runAgent(network.payer.payer, own, allowance, ['one'], (step) => steps.push(step))
  match(steps[0]?.refused ?? '', /^OFFER_AMOUNT: /)
  equal(network.received(), 0n)
})
