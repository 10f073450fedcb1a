import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createWorld, type World } from '../harness.ts'
import { changeWithoutGas, closeOnly, createTriangle, deposit, onlyChannel, type Triangle } from '../scenes.ts'

// One story told in order: each test goes on where the one before stopped.

let world: World
let triangle: Triangle
let before: { readonly client: bigint; readonly hub: bigint; readonly provider: bigint }
let fees: bigint

beforeAll(async () => {
  world = await createWorld()
  triangle = await createTriangle(world, 5_000_000, ['--fee-ppm', '1000'])
})
afterAll(() => world?.end())

test('both channels are open and funded', async () => {
  const { client, provider } = triangle
  expect(await onlyChannel(world, client)).toMatchObject({ status: 'open', deposits: { own: `${deposit}`, peer: '0' } })
  expect(await onlyChannel(world, provider)).toMatchObject({
    status: 'open',
    deposits: { own: '0', peer: `${deposit}` },
  })
})

test('a download is paid exactly, verified, and unpacks to the file', async () => {
  const { client, content, url } = triangle
  const [car, file] = [join(world.folder, 'out.car'), join(world.folder, 'out.bin')]
  const result = await world.ok(client, 'get', url, '--out', car, '--unpack', file)
  expect(result).toMatchObject({ complete: true, bytes: content.carBytes, paid: `${content.price}`, cid: content.cid })
  expect(Number(result.payments)).toBeGreaterThan(3)
  expect(Number(result.blocksVerified)).toBeGreaterThan(4)
  expect(Number(result.timeToFirstPaymentMs)).toBeGreaterThan(0)
  expect(statSync(car).size).toBe(content.carBytes)
  expect(readFileSync(file).equals(readFileSync(content.file))).toBe(true)
  fees = BigInt(String(result.fees))
  expect(fees).toBeGreaterThan(0n)
})

test('the virtual channel is folded: the hub owes what it was paid, less its fee', async () => {
  const { client, hub, provider, content } = triangle
  expect((await onlyChannel(world, client)).paid.sent).toBe(`${content.price + fees}`)
  expect((await onlyChannel(world, provider)).paid.received).toBe(`${content.price}`)
  const { channels } = await world.ok(hub, 'channel', 'list')
  for (const channel of channels as readonly { locked: object }[])
    expect(channel.locked).toEqual({ sent: '0', received: '0' })
})

test('without the gate the same bytes come for nothing', async () => {
  const { client, daemons, content } = triangle
  const car = join(world.folder, 'unpaid.car')
  const result = await world.ok(client, 'get', `${daemons.provider.ready.unpaidUrl}/ipfs/${content.cid}`, '--out', car)
  expect(result).toMatchObject({ complete: true, paid: '0', payments: 0, bytes: content.carBytes })
  expect(readFileSync(car).equals(readFileSync(join(world.folder, 'out.car')))).toBe(true)
})

test('a channel is topped up and withdrawn from while it stays open', async () => {
  const { client } = triangle
  const { channelId } = await onlyChannel(world, client)
  const topped = await world.ok(client, 'channel', 'topup', channelId.slice(0, 10), '--amount', '1000000')
  expect(topped).toMatchObject({ deposits: { own: `${deposit + 1_000_000n}` } })
  const withdrawn = await world.ok(client, 'channel', 'withdraw', channelId, '--amount', '500000')
  expect(withdrawn).toMatchObject({ status: 'open', withdrawn: { own: '500000' } })
})

test('the channels close and every party has exactly what it should', async () => {
  const { client, hub, provider, content } = triangle
  before = { client: 1000n * 10n ** 18n, hub: 1000n * 10n ** 18n, provider: 1000n * 10n ** 18n }
  expect(await closeOnly(world, client)).toMatchObject({ status: 'closed' })
  expect(await closeOnly(world, provider)).toMatchObject({ status: 'closed' })
  expect(await changeWithoutGas(world, client, before.client)).toBe(-content.price - fees)
  expect(await changeWithoutGas(world, hub, before.hub)).toBe(fees)
  expect(await changeWithoutGas(world, provider, before.provider)).toBe(content.price)
  expect(await world.balance(world.contract)).toBe(0n)
})
