import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createWorld, type Daemon, impatient, type Running, type World } from '../harness.ts'
import { type ContentProxy, createValve, startProxy, type Valve } from '../proxy.ts'
import { changeWithoutGas, closeOnly, createTriangle, type Triangle } from '../scenes.ts'

// Somebody disappears in mid-download, for good. The others get their money from the chain alone.

const FUNDS = 1000n * 10n ** 18n
/** Bytes that reach the client before somebody goes. */
const HELD_AT = 2_500_000

let world: World
let triangle: Triangle
let valve: Valve
let proxy: ContentProxy

beforeEach(async () => {
  world = await createWorld({ limits: impatient })
  triangle = await createTriangle(world, 5_000_000)
  valve = createValve(HELD_AT)
  proxy = await startProxy(() => String(triangle.daemons.provider.ready.httpUrl), valve.tamper)
})
afterEach(async () => {
  valve?.open()
  await proxy?.close()
  await world?.end()
})

/** Starts the download and resolves once it is held in the middle. */
async function downloadHalf(): Promise<Running> {
  const { client, content } = triangle
  const get = world.start(client, 'get', `${proxy.url}/ipfs/${content.cid}`, '--out', join(world.folder, 'half.car'))
  await Promise.race([
    valve.held,
    get.ended.then((ended) => {
      throw new Error(`the download ended before it was held: ${JSON.stringify(ended)}`)
    }),
  ])
  return get
}

/** What the client has signed for, read once nothing is on the way any more. */
async function paidSoFar(): Promise<bigint> {
  const line = await world.ok(triangle.client, 'virtual', 'list')
  const [virtual] = line.virtuals as readonly { readonly amount: string }[]
  return BigInt(virtual?.amount ?? '0')
}

async function vanish(daemon: Daemon): Promise<void> {
  daemon.signal('SIGKILL')
  await daemon.ended
}

async function interrupt(get: Running): Promise<void> {
  get.signal('SIGINT')
  await get.ended
}

test('the hub goes: client and provider recover on chain what is theirs', async () => {
  const { client, hub, provider, daemons } = triangle
  const get = await downloadHalf()
  await vanish(daemons.hub)
  await interrupt(get)
  const paid = await paidSoFar()
  expect(paid).toBeGreaterThan(0n)
  const closed = await Promise.all([closeOnly(world, client), closeOnly(world, provider)])
  for (const channel of closed) expect(channel.status).toMatch(/settled|closed/)
  expect(await changeWithoutGas(world, provider, FUNDS)).toBe(paid)
  // The chain pays the hub by the newest voucher that it countersigned. One that it had not yet countersigned only the hub could have
  // shown, and it did not look: then it bears the loss, never the others.
  const lost = -(await changeWithoutGas(world, client, FUNDS))
  expect([0n, paid]).toContain(lost)
  expect(await changeWithoutGas(world, hub, FUNDS)).toBe(lost - paid)
  expect(await world.balance(world.contract)).toBe(0n)
})

test('the provider goes: the client loses what it signed for and no more, the hub nothing', async () => {
  const { client, hub, daemons } = triangle
  const get = await downloadHalf()
  await vanish(daemons.provider)
  await interrupt(get)
  const paid = await paidSoFar()
  const [closed] = await Promise.all([closeOnly(world, client), closeAll(world)])
  expect(closed.status).toMatch(/settled|closed/)
  const lost = -(await changeWithoutGas(world, client, FUNDS))
  expect(lost).toBeLessThanOrEqual(paid)
  expect(lost).toBeGreaterThanOrEqual(0n)
  expect(await changeWithoutGas(world, hub, FUNDS)).toBeGreaterThanOrEqual(0n)
})

/** Closes every channel of the hub. */
async function closeAll(of: World) {
  const { channels } = await of.ok(triangle.hub, 'channel', 'list')
  const open = (channels as readonly { channelId: string; status: string }[]).filter(
    ({ status }) => status !== 'closed',
  )
  return Promise.all(open.map(({ channelId }) => of.ok(triangle.hub, 'channel', 'close', channelId)))
}

test('the client goes: provider and hub get all that was paid', async () => {
  const { hub, provider, daemons } = triangle
  const get = await downloadHalf()
  const paid = await paidSoFar()
  await vanish(daemons.client)
  await get.ended
  expect(await closeOnly(world, provider)).toMatchObject({ status: 'closed' })
  expect(await changeWithoutGas(world, provider, FUNDS)).toBeGreaterThanOrEqual(paid)
  await closeAll(world)
  expect(await changeWithoutGas(world, hub, FUNDS)).toBeGreaterThanOrEqual(0n)
})
