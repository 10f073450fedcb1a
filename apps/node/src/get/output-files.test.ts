import { existsSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { checkNewFile, checkSpace, checkUnpack, claimOutput } from './output-files.ts'

let folder: string
let out: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-out-'))
  out = join(folder, 'film.car')
})
afterEach(() => rmSync(folder, { recursive: true }))

const code = (name: string) => expect.objectContaining({ code: name })

test('one download at a time goes into a file', () => {
  const giveBack = claimOutput(out)
  expect(() => claimOutput(out)).toThrow(code('OUTPUT_IN_USE'))
  giveBack()
  claimOutput(out)()
  expect(readdirSync(folder)).toEqual([])
})

test('a claim of a process that is gone counts for nothing', () => {
  writeFileSync(`${out}.part.lock`, '4194305')
  claimOutput(out)()
})

test('a claim with the number of this process that this process did not make was left by an earlier one', () => {
  writeFileSync(`${out}.part.lock`, `${process.pid}`)
  claimOutput(out)()
  expect(readdirSync(folder)).toEqual([])
})

test.each(['0', '-1', 'x', ''])('a claim of %j, which names nobody, counts while it may be in the writing', (pid) => {
  writeFileSync(`${out}.part.lock`, pid)
  expect(() => claimOutput(out)).toThrow(code('OUTPUT_IN_USE'))
  utimesSync(`${out}.part.lock`, 1, 1)
  claimOutput(out)()
})

test('a new file is probed without leaving anything', () => {
  checkNewFile(out)
  expect(existsSync(out)).toBe(false)
  expect(readdirSync(folder)).toEqual([])
  expect(() => checkNewFile(join(folder, 'none', 'x'))).toThrow(code('FILE_UNWRITABLE'))
  writeFileSync(out, 'mine')
  expect(() => checkNewFile(out)).toThrow(code('OUTPUT_EXISTS'))
})

test('a CAR is not unpacked over itself', () => {
  expect(() => checkUnpack({ out, unpack: `${folder}/./film.car` })).toThrow(code('VALUE_INVALID'))
  checkUnpack({ out, unpack: undefined })
})

test('what the disk has no room for is refused', () => {
  checkSpace({ out, unpack: undefined }, 1000, 0)
  expect(() => checkSpace({ out, unpack: undefined }, Number.MAX_SAFE_INTEGER, 0)).toThrow(code('SPACE_TOO_LITTLE'))
  checkSpace({ out, unpack: undefined }, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)
  expect(() =>
    checkSpace({ out, unpack: join(folder, 'film') }, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
  ).toThrow(code('SPACE_TOO_LITTLE'))
})
