import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encode, prepare } from '@ipld/dag-pb'
import { rejectCode } from '@sluice/http/testing'
import type { CID } from 'multiformats/cid'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DAG_PB } from '../../dag/cids.ts'
import { type Block, blockOf, cborBlock, rawBlock } from '../../testing/random-dag.ts'
import { unixFsTree } from '../../testing/unixfs-tree.ts'
import { carBytes } from '../../testing/write-car.ts'
import { unpackCar } from './unpack-car.ts'

let folder: string
let count = 0
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-unpack-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function carOf(root: CID, blocks: readonly Block[]): Promise<string> {
  const path = join(folder, `${count++}.car`)
  await writeFile(path, carBytes([root], blocks))
  return path
}
const fresh = () => join(folder, `out-${count++}`)

/** A directory of UnixFS with any names. */
function directoryOf(entries: readonly (readonly [string, Block])[]): Block {
  const Links = entries.map(([Name, { cid }]) => ({ Name, Hash: cid, Tsize: 0 }))
  return blockOf(
    DAG_PB,
    encode(prepare({ Data: Uint8Array.of(8, 1), Links: Links.toSorted((a, b) => (a.Name < b.Name ? -1 : 1)) })),
  )
}

describe('unpackCar', () => {
  const files = {
    'a.txt': randomBytes(10),
    'sub/b.bin': randomBytes(5000),
    'sub/deeper/c': randomBytes(0),
    'sub/deeper/ä ö': randomBytes(300),
  }

  it.each([false, true])('writes directories with all that is in them (sharded: %s)', async (isSharded) => {
    const { root, blocks } = await unixFsTree(files, { isSharded })
    const out = fresh()
    expect(await unpackCar(await carOf(root, blocks), out)).toEqual({ files: 4, bytes: 5310 })
    for (const [name, content] of Object.entries(files)) {
      expect(Buffer.compare(await readFile(join(out, name)), content)).toBe(0)
    }
  })

  it('writes the wanted bytes of a file, from the blocks that hold them alone', async () => {
    const content = randomBytes(5000)
    const { cids, blocks } = await unixFsTree({ file: content })
    const root = cids.get('file')
    if (root === undefined) throw new Error('the importer made no file')
    const leaves = Array.from({ length: 20 }, (_, i) => content.subarray(i * 256, (i + 1) * 256))
    const isNeeded = ({ bytes }: Block) => {
      const leaf = leaves.findIndex((one) => Buffer.compare(one, bytes) === 0)
      return leaf < 0 || (leaf >= 3 && leaf <= 7)
    }
    const out = fresh()
    const car = await carOf(root, blocks.filter(isNeeded))
    expect(await unpackCar(car, out, { bytes: { from: 1000, to: 1999 } })).toMatchObject({ bytes: 1000 })
    expect(Buffer.compare(await readFile(out), content.subarray(1000, 2000))).toBe(0)
    await rejectCode(unpackCar(car, fresh()), 'BLOCK_MISSING')
    await rejectCode(unpackCar(car, fresh(), { bytes: { from: 9000, to: 9001 } }), 'RANGE_OUTSIDE')
  })

  it.each([['..'], ['.'], [''], ['a/b'], ['../evil'], ['a\\b'], ['a\0b'], ['x'.repeat(256)]])(
    'refuses the name %j, and leaves nothing behind',
    async (name) => {
      const inner = rawBlock(randomBytes(5))
      const root = directoryOf([[name, inner]])
      const out = fresh()
      await rejectCode(unpackCar(await carOf(root.cid, [root, inner]), out), 'ENTRY_INVALID')
      const left = (await readdir(folder)).filter((one) => !one.endsWith('.car'))
      expect(left.filter((one) => one.includes(out.split('/').at(-1) ?? ''))).toEqual([])
      expect(left).not.toContain('evil')
    },
  )

  it('refuses names that some disks take for one, symbolic links, and blocks of other codecs', async () => {
    const inner = rawBlock(randomBytes(5))
    const twice = directoryOf([
      ['Name', inner],
      ['name', inner],
    ])
    await rejectCode(unpackCar(await carOf(twice.cid, [twice, inner]), fresh()), 'ENTRY_INVALID')
    const link = blockOf(DAG_PB, encode(prepare({ Data: Buffer.from('0804120b2f6574632f706173737764', 'hex') })))
    const linked = directoryOf([['link', link]])
    await rejectCode(unpackCar(await carOf(linked.cid, [linked, link]), fresh()), 'NOT_A_FILE')
    const other = cborBlock({ a: 1 })
    await rejectCode(unpackCar(await carOf(other.cid, [other]), fresh()), 'NOT_A_FILE')
  })

  it('ends a directory that grows without end', async () => {
    const inner = rawBlock(new Uint8Array(1000))
    const blocks: Block[] = [inner]
    let top = directoryOf([['0', inner]])
    for (let level = 0; level < 40; level++) {
      blocks.push(top)
      top = directoryOf([
        ['a', top],
        ['b', top],
      ])
    }
    await rejectCode(unpackCar(await carOf(top.cid, [...blocks, top]), fresh()), 'FILE_TOO_LARGE')
  })
})
