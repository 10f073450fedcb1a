import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encode, prepare } from '@ipld/dag-pb'
import { rejectCode } from '@sluice/http/testing'
import { UnixFS } from 'ipfs-unixfs'
import { importer } from 'ipfs-unixfs-importer'
import { fixedSize } from 'ipfs-unixfs-importer/chunker'
import { balanced } from 'ipfs-unixfs-importer/layout'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CarVerifier } from '../car/verifier.ts'
import { DAG_PB } from '../dag/cids.ts'
import { encodeFileNode } from '../dag/unixfs.ts'
import { blockOf, cborBlock, rawBlock, seeded, sha256 } from '../testing/random-dag.ts'
import { carBytes } from '../testing/write-car.ts'
import { packFile } from './pack-file.ts'
import { unpackCar } from './unpack/unpack-car.ts'

const fileNode = (node: UnixFS, links: readonly object[]) =>
  blockOf(DAG_PB, encode(prepare({ Data: node.marshal(), Links: links as never })))

const fileOver = (sizes: readonly number[], links: readonly object[]) =>
  blockOf(DAG_PB, encode(prepare({ Data: encodeFileNode(sizes), Links: links as never })))

describe('packFile and unpackCar', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-pack-'))
  })
  afterEach(() => rm(folder, { recursive: true }))
  const at = (name: string) => join(folder, name)

  const contents = (size: number): Buffer => {
    const random = seeded(size)
    return Buffer.from(Array.from({ length: size }, () => random(256)))
  }

  it.each([0, 1, 99, 100, 101, 400, 401, 1600, 1601, 4321])(
    'keeps a file of %d bytes, under the CID that others give it',
    async (size) => {
      const bytes = contents(size)
      await writeFile(at('file'), bytes)
      const options = { chunkSize: 100, width: 4 }
      const packed = await packFile(at('file'), at('file.car'), options)
      const blockstore = { put: async <T>(cid: T) => cid, get: () => Promise.reject(new Error('not kept')) }
      const entries = importer([{ content: bytes }], blockstore as never, {
        cidVersion: 1,
        rawLeaves: true,
        chunker: fixedSize({ chunkSize: options.chunkSize }),
        layout: balanced({ maxChildrenPerNode: options.width }),
      })
      for await (const { cid } of entries) expect(packed.root.toString()).toBe(cid.toString())
      expect(packed.fileSize).toBe(size)
      await unpackCar(at('file.car'), at('copy'))
      expect((await readFile(at('copy'))).equals(bytes)).toBe(true)
    },
  )

  it('writes the CAR in the order in which it is checked, each block once', async () => {
    await writeFile(at('file'), Buffer.concat([contents(250), Buffer.alloc(1000), contents(250)]))
    const packed = await packFile(at('file'), at('file.car'), { chunkSize: 50, width: 3 })
    const car = await readFile(at('file.car'))
    const verifier = new CarVerifier(packed.root, { sha256 })
    verifier.write(car)
    verifier.end()
    expect([packed.carSize, packed.blocks]).toEqual([car.length, verifier.blocks])
    await unpackCar(at('file.car'), at('copy'))
    expect(await readFile(at('copy'))).toEqual(await readFile(at('file')))
  })

  it('gives the same bytes each time, and leaves nothing beside them', async () => {
    await writeFile(at('file'), contents(777))
    await packFile(at('file'), at('a.car'), { chunkSize: 50, width: 3 })
    await packFile(at('file'), at('b.car'), { chunkSize: 50, width: 3 })
    expect(await readFile(at('a.car'))).toEqual(await readFile(at('b.car')))
    expect((await readdir(folder)).sort()).toEqual(['a.car', 'b.car', 'file'])
  })

  it('refuses what is no file', async () => {
    await rejectCode(packFile(at('none'), at('a.car')), 'FILE_NOT_FOUND')
    await rejectCode(packFile(folder, at('a.car')), 'FILE_NOT_FOUND')
  })

  const extract = async (blocks: Parameters<typeof carBytes>[1], options = {}) => {
    const [first] = blocks
    if (first === undefined) throw new Error('no block')
    await writeFile(at('x.car'), carBytes([first.cid], blocks))
    return unpackCar(at('x.car'), at('x'), options)
  }

  it('refuses what is not a file, and leaves nothing behind', async () => {
    await rejectCode(extract([fileNode(new UnixFS({ type: 'symlink', data: Buffer.from('/etc') }), [])]), 'NOT_A_FILE')
    await rejectCode(extract([cborBlock([1])]), 'NOT_A_FILE')
    await rejectCode(extract([blockOf(DAG_PB, encode({ Data: Uint8Array.of(255), Links: [] }))]), 'BLOCK_UNREADABLE')
    expect(await readdir(folder)).toEqual(['x.car'])
  })

  it('refuses a file with a missing piece or another size', async () => {
    const piece = rawBlock(contents(10))
    const link = { Name: '', Hash: piece.cid, Tsize: 10 }
    const right = fileOver([10], [link])
    const wrong = fileOver([11], [link])
    await rejectCode(extract([right]), 'BLOCK_MISSING')
    await rejectCode(extract([wrong, piece]), 'FILE_SIZE')
    expect((await extract([right, piece])).bytes).toBe(10)
  })

  it('refuses a small CAR that says it is a huge file', async () => {
    let below = rawBlock(Buffer.alloc(1000))
    let size = 1000
    const blocks = [below]
    for (let level = 0; level < 6; level++) {
      const links = Array.from({ length: 20 }, () => ({ Name: '', Hash: below.cid, Tsize: size }))
      below = fileOver(
        links.map(() => size),
        links,
      )
      size *= 20
      blocks.unshift(below)
    }
    await rejectCode(extract(blocks), 'FILE_TOO_LARGE')
    const lying = fileOver([0], [{ Name: '', Hash: below.cid, Tsize: 0 }])
    await rejectCode(extract([lying, ...blocks]), 'FILE_TOO_LARGE')
  })

  it('writes small files that stand in their node', async () => {
    const node = fileNode(new UnixFS({ type: 'file', data: Buffer.from('hello') }), [])
    await extract([node])
    expect(await readFile(at('x'), 'utf8')).toBe('hello')
  })
})
