import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createWorld, type World } from '../harness.ts'
import { type ContentProxy, corruptAt, startProxy, type Tamper } from '../proxy.ts'
import { createTriangle, onlyChannel, priceOf, type Triangle } from '../scenes.ts'

let world: World
let triangle: Triangle
let proxy: ContentProxy

beforeAll(async () => {
  world = await createWorld()
  triangle = await createTriangle(world, 5_000_000)
})
afterAll(() => world?.end())
afterEach(() => proxy?.close())

/** Downloads through a provider that tampers; resolves with how it ended and what it cost. */
async function downloadTampered(tamper: Tamper) {
  const { client, daemons, content } = triangle
  proxy = await startProxy(() => String(daemons.provider.ready.httpUrl), tamper)
  const before = BigInt((await onlyChannel(world, client)).paid.sent)
  const out = join(world.folder, `${Math.random()}.car`)
  const ended = await world.run(client, 'get', `${proxy.url}/ipfs/${content.cid}`, '--out', out)
  const cost = BigInt((await onlyChannel(world, client)).paid.sent) - before
  return { ...ended, cost, error: ended.lines.at(-1)?.error as { readonly code: string } | undefined }
}

test('a corrupted block stops the download, and nothing is paid for it', async () => {
  const { code, cost, error } = await downloadTampered(corruptAt(2_600_000))
  expect(code, JSON.stringify(error)).toBe(5)
  expect(cost).toBeGreaterThan(0n)
  expect(cost).toBeLessThanOrEqual(priceOf(2_600_000))
})

test('a block that nobody called for stops the download, and nothing is paid for it', async () => {
  // The first block after the header once more: whole, true to its hash, and not the next one on the way down.
  let sent = Buffer.alloc(0)
  const repeat: Tamper = async function* (body) {
    for await (const piece of body) {
      if (sent.length < 400_000) {
        sent = Buffer.concat([sent, piece])
        if (sent.length < 400_000) continue
        yield repeatFirstBlock(sent)
      } else yield piece
    }
  }
  const { code, cost, error } = await downloadTampered(repeat)
  expect(code, JSON.stringify(error)).toBe(5)
  expect(cost).toBeLessThanOrEqual(priceOf(400_000))
})

/** Puts the CAR's first section a second time behind itself. */
function repeatFirstBlock(car: Buffer): Buffer {
  const header = readSection(car, 0)
  const first = readSection(car, header.end)
  const section = car.subarray(header.end, first.end)
  return Buffer.concat([car.subarray(0, first.end), section, car.subarray(first.end)])
}

function readSection(car: Buffer, start: number): { readonly end: number } {
  let [length, shift, at] = [0, 0, start]
  for (;;) {
    const byte = car[at] ?? 0
    length += (byte & 0x7f) * 2 ** shift
    shift += 7
    at += 1
    if (byte < 0x80) return { end: at + length }
  }
}
