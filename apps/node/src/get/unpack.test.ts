import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packFile } from '@sluice/retrieval/node'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { unpackInto } from './unpack.ts'

let folder: string
let car: string
const bytes = Buffer.alloc(5000, 'some of it')
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-unpack-'))
  car = join(folder, 'film.car')
  writeFileSync(join(folder, 'film'), bytes)
  await packFile(join(folder, 'film'), car, { chunkSize: 1024 })
  rmSync(join(folder, 'film'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const path = () => join(folder, 'film')

test('a file is unpacked, and again without a change', async () => {
  expect(await unpackInto(car, path())).toEqual({ path: path(), bytes: 5000 })
  expect(readFileSync(path())).toEqual(bytes)
  expect(await unpackInto(car, path())).toEqual({ path: path(), bytes: 5000 })
  expect(readdirSync(folder).toSorted()).toEqual(['film', 'film.car'])
})

test.each([
  ['another', Buffer.alloc(5000, 'else')],
  ['a shorter', bytes.subarray(1)],
])('%s file that is there stays', async (_, mine) => {
  writeFileSync(path(), mine)
  await expect(unpackInto(car, path())).rejects.toMatchObject({ code: 'OUTPUT_EXISTS', details: { path: path() } })
  expect(readFileSync(path())).toEqual(mine)
  expect(readdirSync(folder).toSorted()).toEqual(['film', 'film.car'])
})

test('what can not be read or written is named as that', async () => {
  const none = join(folder, 'none.car')
  await expect(unpackInto(none, path())).rejects.toMatchObject({ code: 'FILE_UNREADABLE', details: { path: none } })
  await expect(unpackInto(folder, path())).rejects.toMatchObject({ code: 'FILE_UNREADABLE', details: { path: folder } })
  const nowhere = join(folder, 'none', 'film')
  await expect(unpackInto(car, nowhere)).rejects.toMatchObject({ code: 'FILE_UNWRITABLE', details: { path: nowhere } })
  expect(existsSync(path())).toBe(false)
})
