import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createWorld, impatient, type World } from '../harness.ts'
import { changeWithoutGas, closeOnly, createTriangle, onlyChannel, type Triangle } from '../scenes.ts'

const FUNDS = 1000n * 10n ** 18n

let world: World
let triangle: Triangle

beforeAll(async () => {
  world = await createWorld({ limits: impatient })
  triangle = await createTriangle(world, 2_000_000)
})
afterAll(() => world?.end())

test('a payer who shows a stale voucher is answered with the newest', async () => {
  const { client, hub, daemons, content, url } = triangle
  // The client keeps a copy of its store from before it paid, and goes back to it.
  await world.ok(client, 'get', url, '--out', join(world.folder, 'first.car'))
  daemons.client.signal('SIGTERM')
  await daemons.client.ended
  const kept = join(world.folder, 'kept')
  cpSync(client.data, kept, { recursive: true })
  await world.ok(client, 'get', url, '--out', join(world.folder, 'second.car'))
  expect((await onlyChannel(world, client)).paid.sent).toBe(`${2n * content.price}`)
  rmSync(client.data, { recursive: true })
  cpSync(kept, client.data, { recursive: true })
  await closeOnly(world, client, '--mode', 'unilateral')
  // The hub answered with what it held, so the client paid for both downloads.
  expect(await changeWithoutGas(world, client, FUNDS)).toBe(-2n * content.price)
  const { channels } = await world.ok(hub, 'channel', 'list')
  for (const { channelId, status } of channels as readonly { channelId: string; status: string }[]) {
    if (status === 'open') await world.ok(hub, 'channel', 'close', channelId)
  }
  expect(await changeWithoutGas(world, hub, FUNDS)).toBe(0n)
})
