import { appendFile, mkdtemp, readFile, rename, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CarReader, CarWriter } from '@ipld/car'
import { encode } from '@ipld/dag-cbor'
import { rejectCode } from '@sluice/http/testing'
import { concatBytes } from '@sluice/protocol'
import fc from 'fast-check'
import { CID } from 'multiformats/cid'
import { create as createDigest } from 'multiformats/hashes/digest'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sectionPrefix } from '../../car/car-format.ts'
import { encodeVarint } from '../../car/varint.ts'
import { BLAKE2B_256, BLAKE3, RAW, SHA2_512 } from '../../dag/cids.ts'
import { beginPath, type PathQuery } from '../../dag/path-walk.ts'
import type { CarContent } from '../../gateway/content.ts'
import { type Block, identityCid, pbBlock, randomDag, rawBlock, seeded } from '../../testing/random-dag.ts'
import { referenceCar } from '../../testing/reference-car.ts'
import { carBytes, carBytes2 } from '../../testing/write-car.ts'
import { hashes } from '../hashes.ts'
import { CarFolder, type CarFolderOptions, type FolderChange } from './car-folder.ts'

const one = rawBlock(Buffer.from('one'))
const two = rawBlock(Buffer.from('two'))
const root = pbBlock([one.cid, two.cid])
const car = carBytes([root.cid], [root, one, two])

async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = []
  for await (const piece of pieces) all.push(piece)
  return Buffer.concat(all)
}

const read = (content: CarContent, start = 0, end = content.length) => collect(content.read(start, end))

/** Everything under a root as CAR. */
function all(folder: CarFolder, root: CID, query: Partial<PathQuery> = {}): Promise<CarContent> {
  const wanted: PathQuery = { root, path: [], scope: 'all', ...query }
  return folder.car({ key: JSON.stringify([String(root), query]), begin: () => beginPath(wanted) })
}

/** A block's bytes, or undefined where it is not there. */
async function block(folder: CarFolder, cid: CID): Promise<Buffer | undefined> {
  const found = await folder.block(cid)
  return found && collect(found.read(0, found.size))
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
        await put('b.car', carBytes2([dag.root], shuffled.slice(half), { index: seed % 2 === 0, padding: seed % 100 }))
        const folder = await CarFolder.open(path)
        try {
          const content = await all(folder, dag.root)
          const expected = referenceCar(dag.root, dag.blocks)
          expect(content.length).toBe(expected.length)
          expect((await read(content)).equals(expected)).toBe(true)
          const start = random(expected.length)
          const end = start + random(expected.length - start + 1)
          expect((await read(content, start, end)).equals(expected.subarray(start, end))).toBe(true)
          for (const { cid, bytes } of dag.blocks) expect((await block(folder, cid))?.equals(bytes)).toBe(true)
        } finally {
          await folder.close()
        }
      }),
      { numRuns: 40 },
    )
  })

  it('serves what the reference implementation wrote, and is read by it', async () => {
    const { writer, out } = CarWriter.create([root.cid, two.cid])
    const written = collect(out)
    for (const { cid, bytes } of [two, one, root]) await writer.put({ cid, bytes })
    await writer.close()
    await put('a.car', await written)
    const folder = await CarFolder.open(path)
    expect(folder.cars).toMatchObject([{ blocks: 3, unknown: 0, roots: [String(root.cid), String(two.cid)] }])
    const reader = await CarReader.fromBytes(await read(await all(folder, root.cid)))
    const cids: string[] = []
    for await (const { cid } of reader.blocks()) cids.push(cid.toString())
    expect([cids, (await reader.getRoots()).map(String)]).toEqual([
      [root, one, two].map(({ cid }) => cid.toString()),
      [String(root.cid)],
    ])
    await folder.close()
  })

  it('serves any block by its content, whatever version and codec its CID has', async () => {
    await put('a.car', car)
    const folder = await CarFolder.open(path)
    const { multihash } = root.cid
    const others = [CID.createV0(multihash as never), CID.createV1(RAW, multihash), root.cid]
    for (const cid of others) {
      expect(await block(folder, cid)).toEqual(Buffer.from(root.bytes))
      const reader = await CarReader.fromBytes(await read(await all(folder, cid)))
      expect(await reader.has(cid)).toBe(true)
    }
    expect(await block(folder, rawBlock(Buffer.from('three')).cid)).toBeUndefined()
    await folder.close()
  })

  it.each([
    ['sha2-512', SHA2_512],
    ['blake2b-256', BLAKE2B_256],
    ['blake3', BLAKE3],
  ])('checks and serves blocks by %s', async (_, code) => {
    const bytes = Buffer.from('hashed otherwise')
    const cid = CID.createV1(RAW, createDigest(code, hashes[code]?.(bytes) ?? new Uint8Array(0)))
    await put('a.car', carBytes([], [{ cid, bytes }]))
    await put('b.car', carBytes([], [{ cid, bytes: Buffer.from('hashed Otherwise') }]))
    const folder = await CarFolder.open(path)
    expect(await block(folder, cid)).toEqual(bytes)
    expect(folder.leftOut.map(({ path }) => path)).toEqual([join(path, 'b.car')])
    await folder.close()
  })

  it('serves the part of a DAG that is there, and says which block is missing', async () => {
    await put('a.car', carBytes([root.cid], [root, one]))
    const folder = await CarFolder.open(path)
    const error = await rejectCode(all(folder, root.cid), 'BLOCK_MISSING')
    expect(error.message).toContain(String(two.cid))
    await rejectCode(all(folder, root.cid), 'BLOCK_MISSING')
    expect((await all(folder, root.cid, { scope: 'block' })).blocks).toBe(1)
    expect((await all(folder, one.cid)).blocks).toBe(1)
    await put('b.car', carBytes([], [two]))
    await folder.refresh()
    await folder.refresh()
    expect((await all(folder, root.cid)).blocks).toBe(3)
    await folder.close()
  })

  it('does not serve blocks whose hash is not known, and serves those beside them', async () => {
    const sha3 = CID.createV1(RAW, createDigest(0x16, new Uint8Array(32)))
    const short = CID.createV1(RAW, createDigest(0x12, new Uint8Array(20)))
    const identity = identityCid(RAW, Uint8Array.of(1, 2))
    const blocks = [one, { cid: sha3, bytes: two.bytes }, { cid: short, bytes: two.bytes }]
    await put('a.car', carBytes([], [...blocks, { cid: identity, bytes: Uint8Array.of(1, 2) }, two]))
    const folder = await CarFolder.open(path)
    expect(folder.cars).toMatchObject([{ blocks: 5, unknown: 2 }])
    expect([await block(folder, sha3), await block(folder, short), await block(folder, identity)]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
    expect(await block(folder, two.cid)).toEqual(Buffer.from(two.bytes))
    await folder.close()
  })

  it('tells the longest section', async () => {
    const big = rawBlock(new Uint8Array(5000))
    await put('a.car', carBytes([big.cid], [big]))
    const folder = await CarFolder.open(path)
    expect(folder.step).toBe(sectionPrefix(big.cid, 5000).length + 5000)
    await folder.close()
  })

  it('ignores other files and an empty folder, and refuses one that is not there', async () => {
    await put('notes.txt', Buffer.from('hello'))
    const folder = await CarFolder.open(path)
    expect([folder.blocks, folder.step, folder.cars, folder.leftOut]).toEqual([0, 0, [], []])
    await folder.close()
    await rejectCode(CarFolder.open(join(path, 'none')), 'FOLDER_UNREADABLE')
  })

  it('leaves out a file that is cut short anywhere within a section, and serves the others', async () => {
    await put('good.car', carBytes([], [one]))
    const all = [root, one, two]
    const ends = [0, 1, 2, 3].map((count) => carBytes([root.cid], all.slice(0, count)).length)
    const cuts = [...ends.slice(0, -1), ...Array.from({ length: 60 }, (_, i) => Math.floor((i * car.length) / 60))]
    for (const size of cuts) {
      await put('a.car', car.subarray(0, size))
      const folder = await CarFolder.open(path)
      expect(folder.leftOut.length, `cut at ${size}`).toBe(ends.includes(size) ? 0 : 1)
      expect(await block(folder, one.cid)).toEqual(Buffer.from(one.bytes))
      await folder.close()
    }
  })

  it('takes zeros behind the last block, and nothing else', async () => {
    await put('padded.car', concatBytes(car, new Uint8Array(3 << 20)))
    await put('other.car', concatBytes(car, new Uint8Array(100), Uint8Array.of(1)))
    const folder = await CarFolder.open(path)
    expect(folder.leftOut).toMatchObject([{ path: join(path, 'other.car') }])
    expect((await read(await all(folder, root.cid))).equals(car)).toBe(true)
    await folder.close()
  })

  const v2 = carBytes2([root.cid], [root, one, two], { index: true, padding: 13 })
  const changed = (offset: number, value: bigint) => {
    const bytes = Buffer.from(v2)
    bytes.writeBigUInt64LE(value, offset)
    return bytes
  }
  it.each<[string, Uint8Array, string]>([
    ['nothing', new Uint8Array(0), 'ends within a length'],
    ['text', Buffer.from('hello world, this is no car'), 'it ends within the header'],
    ['a header of version 3', carBytes([root.cid], [], 3), 'it has version 3'],
    ['the beginning of version 2', v2.subarray(0, 20), 'ends within the header of version 2'],
    ['version 2 that ends early', v2.subarray(0, 200), 'names bytes that it does not have'],
    ['version 2 within its own header', changed(27, 3n), 'names bytes that it does not have'],
    ['version 2 of nothing', changed(35, 0n), 'names bytes that it does not have'],
    ['version 2 of far too much', changed(35, 2n ** 64n - 1n), 'names bytes that it does not have'],
    ['version 2 that ends within a block', changed(35, BigInt(car.length - 1)), 'it ends within a block'],
    ['a header without roots', concatBytes(encodeVarint(10), encode({ version: 1 })), 'no roots'],
    ['bytes after the last block', concatBytes(car, Uint8Array.of(0, 5)), 'no length'],
    [
      'a wrong block',
      carBytes([root.cid], [root, { ...one, bytes: Buffer.from('eno') }, two]),
      'does not have the content',
    ],
    [
      'a CID that holds other bytes than the block',
      carBytes([], [{ cid: identityCid(RAW, Uint8Array.of(1)), bytes: Uint8Array.of(2) }]),
      'does not have the content',
    ],
    ['a block without CID', concatBytes(carBytes([], []), Uint8Array.of(2, 0xff, 0xff)), 'no CID'],
    ['a block above the limit', carBytes([], [rawBlock(new Uint8Array(2001))]), 'more than 2000 bytes'],
    [
      'a block far above the limit',
      concatBytes(carBytes([], []), Uint8Array.of(0xff, 0xff, 0xff, 0x7f)),
      'more than 2000 bytes',
    ],
  ])('leaves out %s, with a clear line, and serves the others', async (_, bytes, reason) => {
    await put('a.car', bytes)
    await put('b.car', car)
    const changes: FolderChange[] = []
    const folder = await CarFolder.open(path, { maxBlock: 2000, onChange: (change) => changes.push(change) })
    expect(changes.map(({ type }) => type)).toEqual(['left out', 'indexed'])
    expect(folder.leftOut).toMatchObject([{ path: join(path, 'a.car'), problem: expect.stringContaining(reason) }])
    expect((await read(await all(folder, root.cid))).equals(car)).toBe(true)
    await folder.close()
  })

  it('leaves the content unchecked where that is wanted', async () => {
    await put('a.car', carBytes([], [{ ...one, bytes: Buffer.from('eno') }]))
    const folder = await CarFolder.open(path, { verify: false })
    expect(await block(folder, one.cid)).toEqual(Buffer.from('eno'))
    await folder.close()
  })

  it('fails a body whose file was cut, and closes all files', async () => {
    const big = rawBlock(new Uint8Array(1 << 20))
    await put('a.car', carBytes([big.cid], [big]))
    const folder = await CarFolder.open(path)
    const content = await all(folder, big.cid)
    await truncate(join(path, 'a.car'), 1000)
    await rejectCode(read(content), 'CAR_CHANGED')
    await appendFile(join(path, 'a.car'), '')
    await folder.close()
  })

  it('plans a root once for many who ask at a time', async () => {
    await put('a.car', car)
    const folder = await CarFolder.open(path)
    const contents = await Promise.all(Array.from({ length: 20 }, () => all(folder, root.cid)))
    const bodies = await Promise.all(contents.map((content) => read(content)))
    expect(bodies.every((body) => body.equals(car))).toBe(true)
    await folder.close()
  })

  describe('over time', () => {
    const index = () => join(path, 'blocks.sqlite')
    /** Opens the folder with the index that is kept: what was read, and what became of the files. */
    async function opened(options: CarFolderOptions = {}) {
      const changes: string[] = []
      const onChange = (change: FolderChange) => {
        const { type } = change
        changes.push(`${type} ${(type === 'indexed' ? change.file.path : change.path).slice(path.length + 1)}`)
      }
      return { changes, folder: await CarFolder.open(path, { index: index(), onChange, ...options }) }
    }
    const reopened = async (options: CarFolderOptions = {}) => {
      const { changes, folder } = await opened(options)
      const blocks = folder.blocks
      await folder.close()
      return { changes, blocks }
    }

    it('reads each file once, good or bad, until it changes', async () => {
      await put('a.car', car)
      await put('b.car', Buffer.from('nothing'))
      expect(await reopened()).toEqual({ changes: ['indexed a.car', 'left out b.car'], blocks: 3 })
      expect(await reopened()).toEqual({ changes: [], blocks: 3 })
      await put('b.car', carBytes([], [one]))
      expect(await reopened()).toEqual({ changes: ['indexed b.car'], blocks: 4 })
      await utimes(join(path, 'a.car'), 1, 1)
      expect(await reopened()).toEqual({ changes: ['indexed a.car'], blocks: 4 })
      await rm(join(path, 'a.car'))
      expect(await reopened()).toEqual({ changes: ['removed a.car'], blocks: 1 })
    })

    it('serves from what it kept, and finds a block in another file once the first is gone', async () => {
      await put('a.car', car)
      await put('b.car', car)
      await reopened()
      await rm(join(path, 'a.car'))
      const { folder } = await opened()
      expect((await read(await all(folder, root.cid))).equals(car)).toBe(true)
      await rm(join(path, 'b.car'))
      await folder.refresh()
      await rejectCode(all(folder, root.cid), 'BLOCK_MISSING')
      expect(await block(folder, one.cid)).toBeUndefined()
      await folder.close()
    })

    it('reads all again where files are to be read in another way', async () => {
      await put('a.car', carBytes([], [{ ...one, bytes: Buffer.from('eno') }]))
      expect(await reopened({ verify: false })).toEqual({ changes: ['indexed a.car'], blocks: 1 })
      expect(await reopened()).toEqual({ changes: ['left out a.car'], blocks: 0 })
      expect(await reopened({ maxBlock: 2 })).toEqual({ changes: ['left out a.car'], blocks: 0 })
    })

    it.each([
      ['text', Buffer.from('this is no database, and never was one')],
      ['nothing', new Uint8Array(0)],
      ['the half of one', undefined],
    ])('makes an index anew that is %s', async (_, bytes) => {
      await put(
        'a.car',
        carBytes(
          [],
          Array.from({ length: 200 }, (_, i) => rawBlock(Uint8Array.of(i))),
        ),
      )
      await reopened()
      const { size } = await stat(index())
      await writeFile(index(), bytes ?? (await readFile(index())).subarray(0, size / 2))
      const { folder } = await opened()
      expect(await block(folder, rawBlock(Uint8Array.of(7)).cid)).toEqual(Buffer.of(7))
      await folder.close()
    })

    it('forgets what it read of a file when it was ended in the middle', async () => {
      const many = Array.from({ length: 3000 }, (_, i) => rawBlock(Buffer.from(`${i}`)))
      await put('a.car', carBytes([], [one]))
      const { folder } = await opened()
      await put('b.car', carBytes([], many))
      await folder.refresh()
      const reading = folder.refresh()
      const closing = folder.close()
      await expect(reading).rejects.toThrow()
      await closing
      expect(await reopened()).toEqual({ changes: ['indexed b.car'], blocks: 3001 })
    })

    it('notices new, changed and removed files while it is open, once they are whole', async () => {
      await put('a.car', carBytes([], [one]))
      const { folder, changes } = await opened()
      await put('b.car', car.subarray(0, 100))
      expect(await folder.refresh()).toEqual({ unsettled: 1 })
      await put('b.car', car)
      expect(await folder.refresh()).toEqual({ unsettled: 1 })
      expect(await block(folder, two.cid)).toBeUndefined()
      expect(await folder.refresh()).toEqual({ unsettled: 0 })
      expect((await read(await all(folder, root.cid))).equals(car)).toBe(true)
      // In place of the old file, not over it: who reads the old one goes on.
      await put('new', carBytes([], [two]))
      const old = await all(folder, root.cid)
      await rename(join(path, 'new'), join(path, 'b.car'))
      await folder.refresh()
      await folder.refresh()
      await rejectCode(all(folder, root.cid), 'BLOCK_MISSING')
      expect((await read(old)).equals(car)).toBe(true)
      await rm(join(path, 'b.car'))
      await folder.refresh()
      expect(await block(folder, two.cid)).toBeUndefined()
      expect(changes).toEqual(['indexed a.car', 'indexed b.car', 'indexed b.car', 'removed b.car'])
      await folder.close()
    })

    it('never serves what has taken the place of a file and was not read', async () => {
      await put('a.car', car)
      await reopened()
      const { folder } = await opened()
      await put('new', carBytes([root.cid], [two, one, root]))
      await rename(join(path, 'new'), join(path, 'a.car'))
      await rejectCode(all(folder, root.cid), 'CAR_CHANGED')
      await rm(join(path, 'a.car'))
      await rejectCode(block(folder, one.cid), 'CAR_CHANGED')
      await folder.close()
    })

    it('removes the blocks of one file among many others', async () => {
      const many = (from: number, count: number): Block[] =>
        Array.from({ length: count }, (_, i) => rawBlock(Buffer.from(`${from + i}`)))
      await put('a.car', carBytes([], many(0, 30_000)))
      await put('b.car', carBytes([], many(20_000, 20_000)))
      await reopened()
      await rm(join(path, 'a.car'))
      const { folder } = await opened()
      const has = async (i: number) => (await folder.block(rawBlock(Buffer.from(`${i}`)).cid)) !== undefined
      expect([await has(0), await has(19_999), await has(20_000), await has(39_999)]).toEqual([
        false,
        false,
        true,
        true,
      ])
      await folder.close()
    })
  })
})
