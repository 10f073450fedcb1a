import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createWorld, type World } from '../harness.ts'
import { createTriangle, type Triangle } from '../scenes.ts'

let world: World
let triangle: Triangle

beforeAll(async () => {
  world = await createWorld()
  triangle = await createTriangle(world, 2_000_000)
})
afterAll(() => world?.end())

test('commands run the engine themselves where no node runs', async () => {
  const { client, daemons, content, url } = triangle
  daemons.client.signal('SIGTERM')
  expect(await daemons.client.ended).toMatchObject({ code: 0 })
  const result = await world.ok(client, 'get', url, '--out', join(world.folder, 'a.car'))
  expect(result).toMatchObject({ complete: true, paid: `${content.price}` })
  const { channels } = await world.ok(client, 'channel', 'list')
  expect(channels).toMatchObject([{ paid: { sent: `${content.price}` } }])
})

test('a node that was killed leaves no word that misleads a command', async () => {
  const { client } = triangle
  const daemon = await world.daemon(client, 'node')
  daemon.signal('SIGKILL')
  await daemon.ended
  const { channels } = await world.ok(client, 'channel', 'list')
  expect(channels).toHaveLength(1)
})

test('the RPC file is for its owner only and goes with the node', async () => {
  const { client } = triangle
  const daemon = await world.daemon(client, 'node')
  const file = join(client.data, 'rpc.json')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  daemon.signal('SIGINT')
  await daemon.ended
  expect(existsSync(file)).toBe(false)
})

test('a backup is written for its owner only', async () => {
  const { client } = triangle
  const path = join(world.folder, 'backup.bin')
  const { bytes } = await world.ok(client, 'backup', '--out', path)
  expect(bytes).toBe(statSync(path).size)
  expect(bytes).toBeGreaterThan(100)
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

test('deploying again sends nothing and tells where the contract stands', async () => {
  const { client } = triangle
  const before = await world.balance(client.address)
  expect(await world.ok(client, 'deploy')).toEqual({ contract: world.contract, chainId: '314', existed: true })
  expect(await world.balance(client.address)).toBe(before)
})
