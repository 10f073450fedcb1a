import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createWorld, type Ended, type World } from '../harness.ts'
import { type ContentProxy, createValve, startProxy, type Valve } from '../proxy.ts'
import { createTriangle, onlyChannel, openChannel, providing, type Triangle } from '../scenes.ts'

// The same download again: after success, at the same time, over files that are there, and after its payment was lost.

let world: World
let triangle: Triangle
let valve: Valve
let proxy: ContentProxy

beforeAll(async () => {
  world = await createWorld()
  triangle = await createTriangle(world, 3_000_000)
  valve = createValve(1_500_000)
  proxy = await startProxy(() => String(triangle.daemons.provider.ready.httpUrl), valve.tamper)
})
afterAll(async () => {
  valve?.open()
  await proxy?.close()
  await world?.end()
})

const inFolder = (name: string) => join(world.folder, name)
const paid = async () => BigInt((await onlyChannel(world, triangle.client)).paid.sent)
const codeOf = ({ lines }: Ended) => (lines.at(-1)?.error as { code?: string } | undefined)?.code

test('run again after success it says so, pays nothing, and unpacks what was not unpacked', async () => {
  const { client, url, content } = triangle
  const out = inFolder('again.car')
  await world.ok(client, 'get', url, '--out', out)
  const before = await paid()
  const again = await world.ok(client, 'get', url, '--out', out, '--unpack', inFolder('again.bin'))
  expect(again).toMatchObject({ complete: true, already: true, bytes: content.carBytes, paid: '0', payments: 0 })
  expect(readFileSync(inFolder('again.bin'))).toEqual(readFileSync(content.file))
  expect(await world.ok(client, 'get', url, '--out', out, '--unpack', inFolder('again.bin'))).toMatchObject(again)
  expect(await paid()).toBe(before)
})

test('files that are there and can not be written are named before anything is paid', async () => {
  const { client, url } = triangle
  const before = await paid()
  writeFileSync(inFolder('mine.txt'), 'mine')
  const get = (...more: readonly string[]) => world.run(client, 'get', url, ...more)
  const target = inFolder('never.car')
  expect(codeOf(await get('--out', inFolder('mine.txt')))).toBe('OUTPUT_EXISTS')
  expect(codeOf(await get('--out', target, '--unpack', inFolder('mine.txt')))).toBe('OUTPUT_EXISTS')
  expect(codeOf(await get('--out', target, '--unpack', inFolder('none/film.bin')))).toBe('FILE_UNWRITABLE')
  expect(codeOf(await get('--out', inFolder('none/film.car')))).toBe('FILE_UNWRITABLE')
  expect(codeOf(await get('--out', target, '--unpack', target))).toBe('VALUE_INVALID')
  expect(codeOf(await get('--out', world.folder))).toBe('OUTPUT_EXISTS')
  expect(readFileSync(inFolder('mine.txt'), 'utf8')).toBe('mine')
  expect(existsSync(target)).toBe(false)
  expect(await paid()).toBe(before)
})

test('several into one file: one downloads, the others are refused before they open anything', async () => {
  const { client, url, content } = triangle
  const before = await paid()
  const out = inFolder('one.car')
  const runs = await Promise.all([1, 2, 3].map(() => world.run(client, 'get', url, '--out', out)))
  const refused = runs.filter(({ code }) => code !== 0)
  for (const run of refused) expect([codeOf(run), run.code]).toEqual(['OUTPUT_IN_USE', 6])
  expect((await world.ok(client, 'get', url, '--out', out)).already).toBe(true)
  expect((await paid()) - before).toBe(content.price)
})

test('a payment that somebody else at the address does not take ends in words, and --fresh begins anew', async () => {
  const { client, hub, content, daemons } = triangle
  const url = `${proxy.url}/ipfs/${content.cid}`
  const out = inFolder('lost.car')
  const get = world.start(client, 'get', url, '--out', out)
  await valve.held
  get.signal('SIGINT')
  expect((await get.ended).code).toBe(130)
  valve.open()
  daemons.provider.signal('SIGTERM')
  await daemons.provider.ended
  daemons.provider = await world.daemon(await world.party('heir'), ...providing(content))
  await openChannel(world, hub, daemons.provider)
  const lost = await world.run(client, 'get', url, '--out', out)
  expect([codeOf(lost), lost.code]).toEqual(['PAYMENT_LOST', 4])
  expect(JSON.stringify(lost.lines.at(-1))).toMatch(/from the first byte, costs \d/)
  expect(await world.ok(client, 'get', url, '--out', out, '--fresh')).toMatchObject({
    complete: true,
    paid: `${content.price}`,
  })
})
