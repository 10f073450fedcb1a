import { mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rejectCode } from '@sluice/http/testing'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { readLeaf } from './read-leaf.ts'
import { leafCid } from './unixfs-tree.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-leaf-'))
})
afterEach(() => rm(folder, { recursive: true }))

it('reads a piece again, and notices where it changed or is gone', async () => {
  const path = join(folder, 'file')
  const leaf = { cid: leafCid(Buffer.from('cdef')), offset: 2, size: 4 }
  const read = async (text: string) => {
    await writeFile(path, text)
    await using handle = await open(path, 'r')
    return String(await readLeaf(handle, path, leaf))
  }
  expect(await read('abcdefgh')).toBe('cdef')
  await rejectCode(read('abcXefgh'), 'FILE_CHANGED')
  await rejectCode(read('abcde'), 'FILE_CHANGED')
})
