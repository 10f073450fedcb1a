import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createWorld, impatient, type Line, type World } from '../harness.ts'
import { changeWithoutGas, createTriangle, openChannel, quick } from '../scenes.ts'

let world: World

beforeEach(async () => {
  world = await createWorld({ limits: impatient })
})
afterEach(() => world?.end())

const portOf = (line: Line): string => new URL(String(line.peerUrl)).port

test('a provider that is away for the whole window gets what it was paid: its tower answers the hub that shows an old state', async () => {
  const keeper = await world.party('keeper')
  const tower = await world.daemon(keeper, 'watchtower', ...quick)
  const { client, hub, provider, daemons, content, url } = await createTriangle(world, 600_000)
  const before = await world.balance(provider.address)
  const towerUrl = String(tower.ready.towerUrl)
  // The hub puts a copy aside, from before anything was paid.
  daemons.hub.signal('SIGTERM')
  await daemons.hub.ended
  const copy = join(world.folder, 'old-hub')
  cpSync(hub.data, copy, { recursive: true })
  const listen = ['--listen', `127.0.0.1:${portOf(daemons.hub.ready)}`]
  daemons.hub = await world.daemon(hub, 'hub', ...quick, ...listen)
  await world.ok(client, 'get', url, '--out', join(world.folder, 'file.car'))
  const unpaid = await world.run(provider, 'watchtower', 'add', towerUrl)
  expect(unpaid.lines.at(-1)).toMatchObject({
    error: { code: 'TOWER_REFUSED', message: expect.stringContaining('NOT_PAID') },
  })
  await openChannel(world, provider, tower, 10n ** 15n)
  const hired = await world.ok(provider, 'watchtower', 'add', towerUrl, '--prepay', `${10n ** 14n}`)
  expect(hired).toMatchObject({
    signer: keeper.address,
    balance: `${10n ** 14n}`,
    spent: '0',
    provenAt: expect.any(Number),
  })
  const { channels } = await world.ok(provider, 'channel', 'list')
  const withHub = (channels as readonly Line[]).find(({ paid }) => (paid as Line).received === `${content.price}`)
  expect(hired.channels).toContain(withHub?.channelId)
  expect(await world.ok(provider, 'status')).toMatchObject({
    node: { towers: [{ url: `${towerUrl}/`, channels: hired.channels }] },
  })
  for (const daemon of [daemons.provider, daemons.client, daemons.hub]) {
    daemon.signal('SIGKILL')
    await daemon.ended
  }
  rmSync(hub.data, { recursive: true })
  cpSync(copy, hub.data, { recursive: true })
  daemons.hub = await world.daemon(hub, 'hub', ...quick, ...listen)
  await world.ok(hub, 'channel', 'close', String(withHub?.channelId), '--mode', 'unilateral')
  const spent = 10n ** 15n
  expect((await changeWithoutGas(world, provider, before)) + spent).toBe(content.price)
  const answered = await world.ok(keeper, 'status')
  expect(answered).toMatchObject({ running: true })
})
