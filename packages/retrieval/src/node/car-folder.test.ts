import { appendFile, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CarBlockIterator } from '@ipld/car'
import { encode } from '@ipld/dag-cbor'
import { rejectCode } from '@sluice/http/testing'
import { concatBytes } from '@sluice/protocol'
import fc from 'fast-check'
import { CID } from 'multiformats/cid'
import { create as createDigest } from 'multiformats/hashes/digest'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sectionPrefix } from '../car/car-format.ts'
import type { CarContent } from '../car/car-source.ts'
import { encodeVarint } from '../car/varint.ts'
import { pbBlock, randomDag, rawBlock, seeded } from '../testing/random-dag.ts'
import { referenceCar } from '../testing/reference-car.ts'
import { carBytes } from '../testing/write-car.ts'
import { CarFolder } from './car-folder.ts'

const one = rawBlock(Buffer.from('one'))
const two = rawBlock(Buffer.from('two'))
const root = pbBlock([one.cid, two.cid])
const car = carBytes([root.cid], [root, one, two])

async function read(content: CarContent, start = 0, end = content.length): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of content.read(start, end)) pieces.push(piece)
  return Buffer.concat(pieces)
}

describe('CarFolder', () => {
  let path: string
  beforeEach(async () => {
    path = await mkdtemp(join(tmpdir(), 'sluice-cars-'))
  })
  afterEach(() => rm(path, { recursive: true }))
  const put = (name: string, bytes: Uint8Array) => writeFile(join(path, name), bytes)

  it('serves any DAG in its order, wherever its blocks lie, the same bytes for any range', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.integer({ min: 1, max: 20 }), async (seed, size) => {
        const dag = randomDag(seed, size)
        const random = seeded(seed)
        const shuffled = dag.blocks.toSorted(() => random(3) - 1)
        const half = random(shuffled.length)
        await put('a.car', carBytes([], shuffled.slice(0, half)))
        await put('b.car', carBytes([dag.root], shuffled.slice(half)))
        const folder = await CarFolder.open(path)
        try {
          const content = await folder.find(dag.root)
          const expected = referenceCar(dag.root, dag.blocks)
          expect(content.length).toBe(expected.length)
          expect((await read(content)).equals(expected)).toBe(true)
          const start = random(expected.length)
          const end = start + random(expected.length - start + 1)
          expect((await read(content, start, end)).equals(expected.subarray(start, end))).toBe(true)
          expect(folder.step >= content.step).toBe(true)
        } finally {
          await folder.close()
        }
      }),
      { numRuns: 40 },
    )
  })

  it('is read by the reference implementation', async () => {
    await put('a.car', carBytes([root.cid], [two, one, root]))
    const folder = await CarFolder.open(path)
    const bytes = await read(await folder.find(root.cid))
    const cids: string[] = []
    for await (const { cid } of await CarBlockIterator.fromBytes(bytes)) cids.push(cid.toString())
    expect(cids).toEqual([root, one, two].map(({ cid }) => cid.toString()))
    await folder.close()
  })

  it('serves the roots of its files alone, many of one file', async () => {
    await put('a.car', carBytes([root.cid, two.cid], [root, one, two]))
    const folder = await CarFolder.open(path)
    await rejectCode(folder.find(one.cid), 'ROOT_UNKNOWN')
    expect((await read(await folder.find(two.cid))).equals(carBytes([two.cid], [two]))).toBe(true)
    expect([folder.blocks, folder.cars.length, folder.cars[0]?.roots.length]).toEqual([3, 1, 2])
    await folder.close()
  })

  it('tells the longest section, and what is not there', async () => {
    const big = rawBlock(new Uint8Array(5000))
    await put('a.car', carBytes([big.cid], [big]))
    const folder = await CarFolder.open(path)
    expect(folder.step).toBe(sectionPrefix(big.cid, 5000).length + 5000)
    await rejectCode(folder.find(root.cid), 'ROOT_UNKNOWN')
    await folder.close()
  })

  it('ignores other files and an empty folder, and refuses one that is not there', async () => {
    await put('notes.txt', Buffer.from('hello'))
    const folder = await CarFolder.open(path)
    expect(folder.blocks).toBe(0)
    await folder.close()
    await rejectCode(CarFolder.open(join(path, 'none')), 'FOLDER_UNREADABLE')
  })

  it('refuses a file that is cut short at any byte', async () => {
    const first =
      car.length -
      one.bytes.length -
      sectionPrefix(one.cid, 3).length -
      two.bytes.length -
      sectionPrefix(two.cid, 3).length
    for (let size = 0; size < car.length; size++) {
      await put('a.car', car)
      await truncate(join(path, 'a.car'), size)
      const opening = CarFolder.open(path)
      const code =
        size >= first && (size - first) % (one.bytes.length + sectionPrefix(one.cid, 3).length) === 0
          ? 'CAR_INCOMPLETE'
          : 'CAR_BROKEN'
      // Cut between the header and the first block, only the blocks are missing.
      const afterHeader = size === carBytes([root.cid], []).length
      await rejectCode(opening, afterHeader ? 'CAR_INCOMPLETE' : code)
    }
  })

  const sha512 = CID.createV1(0x55, createDigest(0x13, new Uint8Array(64)))
  it.each<[string, Uint8Array, string]>([
    ['nothing', new Uint8Array(0), 'ends within a length'],
    ['text', Buffer.from('hello world, this is no car'), 'it ends within the header'],
    ['version 2', carBytes([root.cid], [], 2), 'it has version 2'],
    ['the beginning of version 2', concatBytes(encodeVarint(10), encode({ version: 2 })), 'it has version 2'],
    ['a header without roots', concatBytes(encodeVarint(10), encode({ version: 1 })), 'no roots'],
    ['bytes after the last block', concatBytes(car, Uint8Array.of(0)), 'no length'],
    [
      'a wrong block',
      carBytes([root.cid], [root, { ...one, bytes: Buffer.from('eno') }, two]),
      'does not have the content',
    ],
    ['a hash that is not supported', carBytes([], [{ cid: sha512, bytes: new Uint8Array(3) }]), 'has the hash 0x13'],
    ['a block without CID', concatBytes(carBytes([], []), Uint8Array.of(2, 0xff, 0xff)), 'no CID'],
    ['a block above the limit', carBytes([], [rawBlock(new Uint8Array(2001))]), 'more than 2000 bytes'],
    [
      'a block far above the limit',
      concatBytes(carBytes([], []), Uint8Array.of(0xff, 0xff, 0xff, 0x7f)),
      'more than 2000 bytes',
    ],
  ])('refuses %s with a clear line', async (_, bytes, reason) => {
    await put('a.car', bytes)
    const error = await rejectCode(CarFolder.open(path, { maxBlock: 2000 }), 'CAR_BROKEN')
    expect(error.message).toContain(reason)
    expect(error.message).toContain('a.car')
  })

  it('leaves the content unchecked where that is wanted', async () => {
    await put('a.car', carBytes([], [{ ...one, bytes: Buffer.from('eno') }]))
    await (await CarFolder.open(path, { verify: false })).close()
  })

  it('fails a body whose file was cut, and closes all files', async () => {
    const big = rawBlock(new Uint8Array(1 << 20))
    await put('a.car', carBytes([big.cid], [big]))
    const folder = await CarFolder.open(path)
    const content = await folder.find(big.cid)
    await truncate(join(path, 'a.car'), 1000)
    await rejectCode(read(content), 'CAR_CHANGED')
    await appendFile(join(path, 'a.car'), '')
    await folder.close()
  })

  it('plans a root once for many who ask at a time', async () => {
    await put('a.car', car)
    const folder = await CarFolder.open(path)
    const contents = await Promise.all(Array.from({ length: 20 }, () => folder.find(root.cid)))
    const bodies = await Promise.all(contents.map((content) => read(content)))
    expect(bodies.every((body) => body.equals(car))).toBe(true)
    await folder.close()
  })
})
