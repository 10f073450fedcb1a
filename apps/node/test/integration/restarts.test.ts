import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { createWorld, type Daemon, type Running, type World } from '../harness.ts'
import { type ContentProxy, createValve, startProxy, type Valve } from '../proxy.ts'
import { closeOnly, createTriangle, onlyChannel, providing, quick, type Triangle } from '../scenes.ts'

// Each process is killed in mid-download and started again on the same store: the download ends well and nothing is paid twice.

let world: World
let triangle: Triangle
let valve: Valve
let proxy: ContentProxy
let out: string
let paidBefore: bigint
let downloads = 0

beforeAll(async () => {
  world = await createWorld()
  triangle = await createTriangle(world, 5_000_000)
})
afterAll(() => world?.end())

beforeEach(async () => {
  valve = createValve(2_500_000)
  proxy = await startProxy(() => String(triangle.daemons.provider.ready.httpUrl), valve.tamper)
  downloads += 1
  out = join(world.folder, `out-${downloads}.car`)
  paidBefore = BigInt((await onlyChannel(world, triangle.client)).paid.sent)
})
afterEach(async () => {
  valve?.open()
  await proxy?.close()
})

function startGet(): Running {
  return world.start(triangle.client, 'get', `${proxy.url}/ipfs/${triangle.content.cid}`, '--out', out)
}

async function heldGet(): Promise<Running> {
  const get = startGet()
  const early = get.ended.then((ended) => {
    throw new Error(`the download ended before it was held: ${JSON.stringify(ended)}`)
  })
  await Promise.race([valve.held, early])
  return get
}

async function kill(running: Running): Promise<void> {
  running.signal('SIGKILL')
  await running.ended
}

function portOf(daemon: Daemon, url: string): string {
  return `127.0.0.1:${new URL(String(daemon.ready[url])).port}`
}

async function expectPaidOnce(get: Running): Promise<void> {
  const { code, lines, stderr } = await get.ended
  const { content, client, provider } = triangle
  expect(code, `${JSON.stringify(lines.at(-1))} ${stderr}`).toBe(0)
  expect(lines.at(-1)).toMatchObject({ complete: true, bytes: content.carBytes, virtualClosed: true })
  const paid = `${paidBefore + content.price}`
  expect((await onlyChannel(world, client)).paid.sent).toBe(paid)
  expect((await onlyChannel(world, provider)).paid.received).toBe(paid)
}

test('the hub is killed: payments go on without it, and it folds when it is back', async () => {
  const { hub, daemons } = triangle
  const get = await heldGet()
  await kill(daemons.hub)
  valve.open()
  daemons.hub = await world.daemon(hub, 'hub', ...quick, '--listen', portOf(daemons.hub, 'peerUrl'))
  await expectPaidOnce(get)
})

test('the provider is killed: the download resumes once it is back', async () => {
  const { provider, daemons, content } = triangle
  const get = await heldGet()
  await kill(daemons.provider)
  const ports = ['--listen', portOf(daemons.provider, 'peerUrl'), '--http-listen', portOf(daemons.provider, 'httpUrl')]
  daemons.provider = await world.daemon(provider, ...providing(content, ...ports))
  valve.open()
  await expectPaidOnce(get)
  expect(proxy.paidRequests().filter((range) => range !== undefined).length).toBeGreaterThan(0)
})

test("the client's node is killed: the same command goes on where it stopped", async () => {
  const { client, daemons } = triangle
  const get = await heldGet()
  await kill(daemons.client)
  valve.open()
  expect((await get.ended).code).not.toBe(0)
  daemons.client = await world.daemon(client, 'node', ...quick)
  const before = proxy.passed()
  await expectPaidOnce(startGet())
  expect(proxy.passed() - before).toBeLessThan(triangle.content.carBytes)
})

test('the download itself is killed: the same command goes on where it stopped', async () => {
  const get = await heldGet()
  await kill(get)
  valve.open()
  const before = proxy.passed()
  await expectPaidOnce(startGet())
  expect(proxy.passed() - before).toBeLessThan(triangle.content.carBytes)
  expect(proxy.paidRequests().at(-1)).toMatch(/^bytes=[1-9]/)
})

test('after all that the channels close together and the contract holds nothing', async () => {
  expect(await closeOnly(world, triangle.client)).toMatchObject({ status: 'closed' })
  expect(await closeOnly(world, triangle.provider)).toMatchObject({ status: 'closed' })
  expect(await world.balance(world.contract)).toBe(0n)
})
