import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { rejectCode } from '../testing/expect-code.ts'
import { openFileRecords } from './file-records.ts'

let folder: string
let path: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-records-'))
  path = join(folder, 'tabs')
})
afterEach(() => rm(folder, { recursive: true }))

it('keeps the newest of each record, and nothing that was removed', async () => {
  const records = await openFileRecords(path)
  await records.write([
    { key: 'a', value: { n: 1 } },
    { key: 'b', value: { n: 2 } },
  ])
  await records.write([
    { key: 'a', value: { n: 3 } },
    { key: 'b', value: undefined },
  ])
  await records.close()
  const again = await openFileRecords(path)
  expect(await again.load()).toEqual([{ key: 'a', value: { n: 3 } }])
  await again.close()
})

it('passes over a last line that was not written whole, and refuses one that is whole and no record', async () => {
  await writeFile(path, '{"key":"a","value":{"n":1}}\n{"key":"b","val')
  const records = await openFileRecords(path)
  expect(await records.load()).toEqual([{ key: 'a', value: { n: 1 } }])
  await records.close()
  await writeFile(path, '{"key":"a","value":{"n":1}}\n[]\n')
  const error = await rejectCode(openFileRecords(path), 'RECORDS_UNREADABLE')
  expect(error.details).toMatchObject({ line: 2, path })
})

it('does not grow without bound', async () => {
  const records = await openFileRecords(path)
  for (let round = 0; round < 25; round++) {
    await records.write(Array.from({ length: 500 }, (_, i) => ({ key: `k${i % 5}`, value: { round } })))
  }
  await records.close()
  expect((await readFile(path, 'utf8')).split('\n').length).toBeLessThan(10_100)
  const again = await openFileRecords(path)
  expect(await again.load()).toHaveLength(5)
  await again.close()
})
