import { createHash } from 'node:crypto'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createWorld, impatient, type Line, type Party, type World } from '../harness.ts'
import { createTriangle, type Triangle } from '../scenes.ts'

let world: World
let triangle: Triangle
/** The client with neither a chain nor a key to give. */
let blind: Party

beforeAll(async () => {
  world = await createWorld({ limits: impatient })
  triangle = await createTriangle(world, 600_000)
  blind = { ...triangle.client, environment: { SLUICE_CHAIN: '', SLUICE_KEY: '' } }
  await world.ok(triangle.client, 'get', triangle.url, '--out', join(world.folder, 'first.car'))
})
afterAll(() => world?.end())

const look = (party: Party, ...args: readonly string[]): Promise<Line> => world.ok(party, ...args)

const hashOf = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex')

test('a folder that no node was started with has no channels, and stays as it is', async () => {
  const nobody: Party = { ...blind, data: join(world.folder, 'nobody') }
  const nothing = { source: 'nothing' }
  expect(await look(nobody, 'channel', 'list')).toEqual({ channels: [], asOf: nothing })
  expect(await look(nobody, 'virtual', 'list')).toEqual({ virtuals: [], asOf: nothing })
  expect(await look(nobody, 'explain')).toEqual({ explanations: [], asOf: nothing })
  expect(await look(nobody, 'status')).toMatchObject({ running: false, asOf: nothing })
  expect(existsSync(nobody.data)).toBe(false)
})

test('a running node is found and asked, without the chain or the key', async () => {
  const { price } = triangle.content
  const { channels, asOf } = await look(blind, 'channel', 'list')
  expect(asOf).toMatchObject({ source: 'node', block: expect.stringMatching(/^\d+$/) })
  expect(channels).toMatchObject([{ status: 'open', connected: true, paid: { sent: `${price}` } }])
  const [channel] = channels as readonly { channelId: string; spendable: { own: string } }[]
  const id = channel?.channelId ?? ''
  expect(await look(blind, 'channel', 'show', id.slice(0, 10))).toMatchObject({ channelId: id, status: 'open' })
  expect(await look(blind, 'explain')).toMatchObject({
    explanations: [{ kind: 'channel', id, status: 'open', free: channel?.spendable.own, locked: [], warnings: [] }],
  })
  expect(await look(blind, 'status')).toMatchObject({
    running: true,
    signer: triangle.client.address,
    channels: { open: 1 },
  })
  const unknown = await world.run(blind, 'explain', '0x0123')
  expect(unknown).toMatchObject({ code: 2, lines: [{ error: { code: 'CHANNEL_UNKNOWN' } }] })
})

test('without a node its store is read as it is, and says as of which block', async () => {
  const { client, daemons, content } = triangle
  const shown = await look(blind, 'channel', 'list')
  daemons.client.signal('SIGTERM')
  await daemons.client.ended
  const store = join(client.data, 'store.db')
  const before = { hash: hashOf(store), at: statSync(store).mtimeMs }
  const { channels, asOf } = await look(blind, 'channel', 'list')
  const offline = (shown.channels as readonly object[]).map((channel) => ({ ...channel, connected: false }))
  expect(channels).toEqual(offline)
  expect(asOf).toMatchObject({ source: 'store', block: expect.stringMatching(/^\d+$/) })
  expect(await look(blind, 'virtual', 'list')).toMatchObject({
    virtuals: [{ role: 'payer', amount: `${content.price}` }],
  })
  expect(await look(blind, 'status')).toMatchObject({ running: false, signer: client.address })
  expect({ hash: hashOf(store), at: statSync(store).mtimeMs }).toEqual(before)
  // The chain is looked at where that is asked for, which takes what it takes.
  expect(await world.run(blind, 'channel', 'list', '--sync')).toMatchObject({ code: 2 })
  expect(await look(client, 'channel', 'list', '--sync')).toMatchObject({
    asOf: { source: 'node' },
    channels: [{ status: 'open' }],
  })
})

test('beside a process that has the store and answers nothing, what is on disk is shown and nothing is done', async () => {
  const { hub, daemons } = triangle
  daemons.hub.signal('SIGSTOP')
  try {
    const [listed, closed] = await Promise.all([
      look({ ...hub, environment: blind.environment }, 'channel', 'list'),
      world.run(hub, 'channel', 'close', '0x'),
    ])
    expect(listed).toMatchObject({ asOf: { source: 'store', problem: expect.stringContaining(`${daemons.hub.pid}`) } })
    expect(listed.channels).toHaveLength(2)
    expect(closed).toMatchObject({ code: 3, lines: [{ error: { code: 'NODE_UNREACHABLE' } }] })
  } finally {
    daemons.hub.signal('SIGCONT')
  }
})

test('whoever has no money for gas in a dispute is told so, with how much is missing', async () => {
  const { client, hub } = triangle
  await world.chain('anvil_setBalance', [hub.address, '0x0'])
  const { channels } = await look(client, 'channel', 'list')
  const [channel] = channels as readonly { channelId: string }[]
  const id = channel?.channelId ?? ''
  const closing = world.start(client, 'channel', 'close', id, '--mode', 'unilateral')
  let warnings: readonly string[] = []
  for (let tried = 0; tried < 100 && warnings.length === 0; tried += 1) {
    const { explanations } = await look(hub, 'explain', id)
    warnings =
      (explanations as readonly { warnings: string[] }[])[0]?.warnings.filter((text) =>
        text.includes('with its gas'),
      ) ?? []
  }
  const told = expect.stringMatching(
    /updateLane on chain fails: 0x\w+ has 0, and updateLane needs \d{9,} with its gas.*too late/,
  )
  expect(warnings).toEqual([told])
  const { channels: listed } = await look(hub, 'channel', 'list')
  expect(listed).toContainEqual(
    expect.objectContaining({ channelId: id, status: 'disputed', waitingFor: expect.any(String) }),
  )
  await world.chain('anvil_setBalance', [hub.address, '0xde0b6b3a7640000'])
  expect((await closing.ended).code).toBe(0)
})
