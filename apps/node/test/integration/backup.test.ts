import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createWorld, impatient, type World } from '../harness.ts'
import { changeWithoutGas, openChannel, quick } from '../scenes.ts'

let world: World

beforeEach(async () => {
  world = await createWorld({ limits: impatient })
})
afterEach(() => world?.end())

test('a node whose disk and peer are gone gets its money by the backup that it made by itself', async () => {
  const [client, hub] = await Promise.all([world.party('client'), world.party('hub')])
  const before = await world.balance(client.address)
  const folder = join(world.folder, 'elsewhere')
  const daemons = await Promise.all([
    world.daemon(client, 'node', ...quick, '--backup-folder', folder, '--backup-every', '1s'),
    world.daemon(hub, 'hub', ...quick),
  ])
  const { channelId } = await openChannel(world, client, daemons[1], 5_000n)
  daemons[0].signal('SIGTERM')
  daemons[1].signal('SIGKILL')
  await Promise.all(daemons.map(({ ended }) => ended))
  rmSync(client.data, { recursive: true })
  const file = join(folder, `sluice-${client.address}.backup`)
  expect(
    await world.ok({ ...client, environment: { SLUICE_CHAIN: '', SLUICE_KEY: '' } }, 'backup', 'show', file),
  ).toMatchObject({
    account: client.address,
    channels: [{ channelId, peer: hub.address, share: '5000', locked: '0', incoming: '0' }],
    virtuals: [],
  })
  const foreign = await world.run(hub, 'backup', 'submit', file)
  expect(foreign.lines.at(-1)).toMatchObject({ error: { code: 'BACKUP_OTHER_ACCOUNT' } })
  const unreadable = await world.run(client, 'backup', 'show', join(world.folder, 'limits.json'))
  expect(unreadable.lines.at(-1)).toMatchObject({ error: { code: 'BACKUP_UNREADABLE' } })
  expect(await world.ok(client, 'backup', 'submit', file)).toEqual({
    account: client.address,
    channels: [{ channelId, status: 'over' }],
  })
  expect(await changeWithoutGas(world, client, before)).toBe(0n)
  // What is done is found done.
  expect(await world.ok(client, 'backup', 'submit', file)).toMatchObject({ channels: [{ status: 'over' }] })
})
