import type { Address, Hex } from '@sluice/protocol'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createWorld, type Party, type World } from '../harness.ts'
import { changeWithoutGas, createTriangle, deposit, onlyChannel, type Triangle } from '../scenes.ts'
import { type Browser, openChromium } from './chromium.ts'
import { type PageServer, servePage } from './page-server.ts'

let world: World
let triangle: Triangle
let page: PageServer | undefined
let browser: Browser | undefined

beforeAll(async () => {
  world = await createWorld()
  triangle = await createTriangle(world, 2_000_000)
})
afterAll(async () => {
  await browser?.stop()
  await page?.stop()
  await world?.end()
})

async function buyAs(party: Party) {
  const { hub, provider } = triangle.daemons
  const { content } = triangle
  page = await servePage({
    chainUrl: world.chainUrl,
    contract: world.contract as Address,
    key: party.key as Hex,
    hub: { signer: String(hub.ready.signer) as Address, url: String(hub.ready.peerUrl) },
    provider: String(provider.ready.httpUrl),
    cid: content.cid,
    deposit: `${deposit}`,
    maxAmount: `${content.price}`,
  })
  browser = openChromium(page.url)
  return Promise.race([page.outcome, browser.crashed])
}

test('a page in a browser opens a channel, buys a file through a hub, and gets the rest of its money back', async () => {
  const { content, daemons, provider } = triangle
  const party = await world.party('page')
  const outcome = await buyAs(party)
  expect(outcome).toMatchObject({
    paid: `${content.price}`,
    status: 'closed',
    agent: expect.stringContaining('Chrome'),
  })
  expect(outcome.payments).toBeGreaterThan(1)
  const unpaid = await fetch(`${daemons.provider.ready.unpaidUrl}/ipfs/${content.cid}`)
  expect(Buffer.from(await unpaid.arrayBuffer()).equals(page?.car() ?? Buffer.alloc(0))).toBe(true)
  expect(await changeWithoutGas(world, party, 1000n * 10n ** 18n)).toBe(-content.price)
  expect((await onlyChannel(world, provider)).paid.received).toBe(`${content.price}`)
})
