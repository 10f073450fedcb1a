import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createWorld, type Party, type World } from '../harness.ts'
import { linesOf, openShop, type Shop } from '../shop.ts'
import { startNginx } from './start-nginx.ts'

let world: World
let shop: Shop

beforeAll(async () => {
  world = await createWorld()
  shop = await openShop(world)
})
afterAll(async () => {
  shop?.stop()
  await world?.end()
})

describe('a proxy behind nginx with its usual buffers, gzip and TLS', () => {
  it('sells as without it', async () => {
    const front = await startNginx(join(world.folder, 'nginx'), String(shop.proxy.ready.httpUrl))
    try {
      const trusting: Party = { ...shop.client, environment: { NODE_EXTRA_CA_CERTS: front.certificate } }
      const gzip = ['-H', 'Accept-Encoding: gzip']
      const body = join(world.folder, 'body')
      writeFileSync(body, 'x'.repeat(300_000))
      for (const url of [front.url, front.secureUrl]) {
        const unpaid = await world.run(trusting, 'fetch', `${url}/api/echo`, '--max', '1')
        expect(unpaid.lines.at(-1)).toMatchObject({ error: { code: 'OFFER_AMOUNT' } })
        const called = await world.run(trusting, 'fetch', `${url}/api/echo`, '-i', '-d', `@${body}`, ...gzip)
        expect(called.code, JSON.stringify(called.lines)).toBe(0)
        expect(called.lines.at(-1)).toMatchObject({ charged: '1000', status: 200 })
        expect(linesOf(called, 'head')).toMatchObject([{ headers: { server: expect.stringContaining('nginx') } }])
        // nginx compresses on the way; what is counted is what was sold.
        expect(await world.ok(trusting, 'fetch', `${url}/film`, '-o', `${body}.film`, ...gzip)).toMatchObject({
          bytes: 100_000,
          charged: '1000',
        })
        const failed = await world.run(trusting, 'fetch', `${url}/api/fails`)
        expect(failed.lines.find(({ status }) => status === 500)).toMatchObject({ charged: '0' })
      }
    } finally {
      await front.stop()
    }
  })
})
