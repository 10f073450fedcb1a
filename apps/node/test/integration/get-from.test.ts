import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createWorld, type Line, type World } from '../harness.ts'
import { type ContentProxy, startProxy } from '../proxy.ts'
import { createTriangle, openChannel, priceOf, providing, type Triangle } from '../scenes.ts'

// One download from several providers, and parts of content.

let world: World
let triangle: Triangle
let first: ContentProxy
let secondUrl: string
/** After so many bytes the first provider is gone. */
let breakAt = Number.POSITIVE_INFINITY
let isGone = false

beforeAll(async () => {
  world = await createWorld()
  triangle = await createTriangle(world, 4_000_000)
  const second = await world.daemon(await world.party('second'), ...providing(triangle.content))
  await openChannel(world, triangle.hub, second)
  secondUrl = String(second.ready.httpUrl)
  first = await startProxy(
    () => String(triangle.daemons.provider.ready.httpUrl),
    async function* (body) {
      let passed = 0
      for await (const piece of body) {
        isGone ||= passed + piece.length > breakAt
        if (isGone) throw new Error('gone')
        passed += piece.length
        yield piece
      }
    },
  )
})
afterAll(async () => {
  await first?.close()
  await world?.end()
})

const inFolder = (name: string) => join(world.folder, name)

function get(name: string, ...more: readonly string[]): Promise<Line> {
  const { client, content } = triangle
  const from = ['--from', `${first.url},${secondUrl}`]
  return world.ok(client, 'get', `ipfs://${content.cid}`, ...from, '--out', inFolder(`${name}.car`), ...more)
}

test.each([0.1, 0.5, 0.99])(
  'where the first is gone after %d of it the second goes on, and nothing is paid twice',
  async (part) => {
    const { content } = triangle
    breakAt = part * content.carBytes
    const got = await get(`gone-${part}`, '--unpack', inFolder(`gone-${part}`))
    expect(got).toMatchObject({ complete: true, bytes: content.carBytes })
    expect(String(got.url)).toContain(secondUrl)
    expect(BigInt(String(got.paid))).toBeGreaterThanOrEqual(content.price)
    // Each rounds up once.
    expect(BigInt(String(got.paid))).toBeLessThanOrEqual(content.price + 1n)
    expect(readFileSync(inFolder(`gone-${part}`)).equals(readFileSync(content.file))).toBe(true)
    breakAt = Number.POSITIVE_INFINITY
    isGone = false
  },
)

test('some bytes of a file are paid for alone, and unpacked', async () => {
  const { content } = triangle
  const got = await get('range', '--range', '1000000:1000999', '--unpack', inFolder('range.bin'))
  const wanted = readFileSync(content.file).subarray(1_000_000, 1_001_000)
  expect(readFileSync(inFolder('range.bin')).equals(wanted)).toBe(true)
  expect(Number(got.bytes)).toBeLessThan(600_000)
  expect(BigInt(String(got.paid))).toBe(priceOf(Number(got.bytes)))
  rmSync(inFolder('range.bin'))
})

test('a price above the limit is refused, and nothing is paid', async () => {
  const { client, content } = triangle
  const url = `${secondUrl}/ipfs/${content.cid}`
  const refused = await world.run(client, 'get', url, '--out', inFolder('dear.car'), '--max-per-gib', '7000000')
  expect(refused.lines.at(-1)?.error).toMatchObject({ code: 'OFFER_PRICE' })
  await world.ok(client, 'get', url, '--out', inFolder('cheap.car'), '--max-per-gib', '7340032')
})
