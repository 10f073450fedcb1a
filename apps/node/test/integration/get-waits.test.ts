import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createWorld, type Ended, type Line, type World } from '../harness.ts'
import { createTriangle, openChannel, providing, type Triangle } from '../scenes.ts'

// Somebody says nothing, or says no. Every wait ends and is told, and so is the reason.

let world: World
let triangle: Triangle
let count = 0

beforeAll(async () => {
  // By themselves the peers wait much longer than a user does.
  world = await createWorld({ limits: { followTimeout: 600, closeTimeout: 600 } })
  triangle = await createTriangle(world, 600_000)
})
afterAll(() => world?.end())

/** Arguments of a download to a file of its own. */
function getting(url: string, ...more: readonly string[]): readonly string[] {
  count += 1
  return ['get', url, '--out', join(world.folder, `got-${count}.car`), ...more]
}

const errorOf = ({ lines }: Ended): Line => (lines.at(-1)?.error ?? {}) as Line
const told = ({ lines }: Ended, type: string) => lines.filter((line) => line.type === type)

/** Runs a download that fails. */
async function failing(url: string, ...more: readonly string[]): Promise<Ended> {
  return world.run(triangle.client, ...getting(url, ...more))
}

test('a hub that stands still ends the download in the time that was given, and is named', async () => {
  const { client, daemons, url } = triangle
  // The fees of the hub are known from here on.
  await world.ok(client, ...getting(url))
  daemons.hub.signal('SIGSTOP')
  try {
    const ended = await failing(url, '--timeout', '4s')
    expect(ended.code).toBe(3)
    expect(errorOf(ended)).toMatchObject({ code: 'HUB_SILENT', details: { hub: daemons.hub.ready.signer } })
    expect(told(ended, 'waiting')).toContainEqual(expect.objectContaining({ for: expect.any(String), atMostMs: 4_000 }))
  } finally {
    daemons.hub.signal('SIGCONT')
  }
  await world.ok(client, ...getting(url))
})

test('a download ends at once by the first signal, whatever it waits for', async () => {
  const { client, daemons, url } = triangle
  daemons.hub.signal('SIGSTOP')
  try {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      const get = world.start(client, ...getting(url, '--timeout', '10m'))
      await get.line(({ type }) => type === 'waiting')
      const at = performance.now()
      get.signal(signal)
      expect(await get.ended).toMatchObject({ code: 130 })
      expect(errorOf(await get.ended)).toMatchObject({ code: 'INTERRUPTED' })
      // Far less than what was waited for.
      expect(performance.now() - at).toBeLessThan(30_000)
    }
  } finally {
    daemons.hub.signal('SIGCONT')
  }
})

test('a server that takes the connection and says nothing is named', async () => {
  const silent = createServer(() => {}).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const { port } = silent.address() as { port: number }
  const ended = await failing(`http://127.0.0.1:${port}/ipfs/${triangle.content.cid}`, '--timeout', '2s')
  expect(ended.code).toBe(3)
  expect(errorOf(ended)).toMatchObject({ code: 'PROVIDER_SILENT' })
  silent.close()
})

test('a provider whose peer address leads nowhere is told as that, with what was signed', async () => {
  const { client, hub, content } = triangle
  const nowhere = 'ws://127.0.0.1:9'
  const lost = await world.party('lost')
  const daemon = await world.daemon(lost, ...providing(content, '--public-url', nowhere, '--serve-ahead', '300KiB'))
  const { channels } = await world.ok(client, 'channel', 'list')
  expect(channels).toHaveLength(1)
  // The hub reaches it by the address that is right.
  const { peerUrl } = daemon.ready
  expect(peerUrl).toBe(nowhere)
  await openChannel(world, lost, triangle.daemons.hub)
  await world.ok(hub, 'channel', 'open', '--peer', lost.address, '--deposit', '1000000000')
  const ended = await failing(`${daemon.ready.httpUrl}/ipfs/${content.cid}`, '--timeout', '4s')
  expect(ended.code).toBe(3)
  expect(errorOf(ended)).toMatchObject({ code: 'PROVIDER_UNPAYABLE', details: { payee: lost.address, url: nowhere } })
})

test('a hub that has no channel with the provider says so, and nothing stays locked', async () => {
  const { client, content } = triangle
  const stranger = await world.party('stranger')
  const daemon = await world.daemon(stranger, ...providing(content))
  // It names the hub, whose channel with it has no money of the hub's.
  await openChannel(world, stranger, triangle.daemons.hub)
  const ended = await failing(`${daemon.ready.httpUrl}/ipfs/${content.cid}`, '--timeout', '5s')
  expect(errorOf(ended)).toMatchObject({
    code: 'HUB_DECLINED',
    details: { reason: expect.stringContaining('too little money') },
  })
  expect(ended.code).toBe(4)
  const { channels } = await world.ok(client, 'channel', 'list')
  expect(channels).toMatchObject([{ status: 'open' }])
})

test('fees above the limit are refused with the option that raises it', async () => {
  const { client, daemons, url, hub } = triangle
  daemons.hub.signal('SIGTERM')
  await daemons.hub.ended
  const port = new URL(String(daemons.hub.ready.peerUrl)).port
  triangle.daemons.hub = await world.daemon(hub, 'hub', '--listen', `127.0.0.1:${port}`, '--fee-base', '900000')
  daemons.client.signal('SIGTERM')
  await daemons.client.ended
  triangle.daemons.client = await world.daemon(client, 'node')
  const refused = await failing(url)
  expect(refused.code).toBe(4)
  expect(errorOf(refused)).toMatchObject({ code: 'FEES_TOO_HIGH', action: expect.stringContaining('--fee-max') })
  expect(await world.ok(client, ...getting(url, '--fee-max', '900000'))).toMatchObject({ fees: '900000' })
})

test('a clock that is hours off is told as that', async () => {
  const { client, daemons, url } = triangle
  triangle.daemons.client.signal('SIGTERM')
  await triangle.daemons.client.ended
  const late = 'const { now } = Date; Date.now = () => now() - 3 * 3_600_000'
  const environment = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(late)}` }
  const ended = await world.run({ ...client, environment }, ...getting(url, '--fee-max', '900000'))
  expect(daemons.hub.pid).toBeGreaterThan(0)
  expect(errorOf(ended)).toMatchObject({ code: 'CLOCK_WRONG', details: { by: '3 h behind' } })
})
