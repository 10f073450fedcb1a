import { mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rejectCode } from '@sluice/http/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { pbBlock, rawBlock } from '../testing/random-dag.ts'
import { carBytes } from '../testing/write-car.ts'
import { checkCarFile, openCarFile } from './car-file.ts'

const leaves = [1, 2, 3].map((n) => rawBlock(new Uint8Array(100).fill(n)))
const root = pbBlock(leaves.map(({ cid }) => cid))
const car = carBytes([root.cid], [root, ...leaves])

describe('openCarFile', () => {
  let folder: string
  let path: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-car-file-'))
    path = join(folder, 'x.car')
  })
  afterEach(() => rm(folder, { recursive: true }))

  async function complete(): Promise<void> {
    const file = await openCarFile(path, root.cid)
    for (const { bytes } of file.verifier.write(car.subarray(file.verifier.verifiedBytes))) await file.sink.write(bytes)
    file.verifier.end()
    await file.sink.finish()
    await file.close()
    expect(Buffer.compare(await readFile(path), car)).toBe(0)
  }

  it('writes a new file', complete)

  it('goes on wherever a crash left it', async () => {
    for (let size = 0; size <= car.length; size += 7) {
      await writeFile(path, car)
      await truncate(path, size)
      await complete()
    }
  })

  it('cuts what is wrong after the verified beginning', async () => {
    await writeFile(path, car)
    await truncate(path, 250)
    await truncate(path, car.length + 50) // zeros, as a power failure leaves them
    await complete()
    await writeFile(path, Buffer.concat([car, Buffer.from('more')]))
    await complete()
  })

  it('leaves a file alone that is something else', async () => {
    await writeFile(path, 'my diary')
    await rejectCode(openCarFile(path, root.cid), 'HEADER_UNEXPECTED')
    expect((await stat(path)).size).toBe(8)
  })
})

describe('checkCarFile', () => {
  let folder: string
  let path: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-car-file-'))
    path = join(folder, 'x.car')
  })
  afterEach(() => rm(folder, { recursive: true }))

  it('knows a whole file', async () => {
    await writeFile(path, car)
    expect(await checkCarFile(path, root.cid)).toEqual({ bytes: car.length, blocks: 4 })
  })

  it.each([
    ['one cut short', car.subarray(0, -1)],
    ['one with more behind', Buffer.concat([car, Buffer.from('x')])],
    ['one with a wrong byte', Buffer.concat([car.subarray(0, -1), Buffer.from('x')])],
    ['an empty one', Buffer.alloc(0)],
    ['something else', Buffer.from('my diary')],
  ])('does not take %s for it, and leaves it as it is', async (_, bytes) => {
    await writeFile(path, bytes)
    expect(await checkCarFile(path, root.cid)).toBeUndefined()
    expect(await readFile(path)).toEqual(Buffer.from(bytes))
  })
})
