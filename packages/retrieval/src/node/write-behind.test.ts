import { randomBytes } from 'node:crypto'
import { type FileHandle, mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WriteBehind } from './write-behind.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-write-'))
})
afterAll(() => rm(folder, { recursive: true }))

describe('WriteBehind', () => {
  it.each([1000, 1 << 16, 3 << 20])('writes what comes in pieces of %i bytes, from a place on', async (size) => {
    const content = randomBytes(9_000_001)
    const path = join(folder, `${size}`)
    const handle = await open(path, 'w+')
    await handle.write(Buffer.from('before'))
    const writer = new WriteBehind(handle, 6)
    const lent = Buffer.alloc(size)
    for (let at = 0; at < content.length; at += size) {
      const count = content.copy(lent, 0, at)
      await writer.write(lent.subarray(0, count))
      // The bytes are the caller's again.
      lent.fill(0)
    }
    await writer.finish()
    await handle.close()
    expect(Buffer.compare(await readFile(path), Buffer.concat([Buffer.from('before'), content]))).toBe(0)
  })

  it('tells of a failure by the next call, and by finish', async () => {
    const full = Object.assign(new Error('no space left'), { code: 'ENOSPC' })
    const handle = { write: () => Promise.reject(full), sync: async () => {} } as unknown as FileHandle
    const writer = new WriteBehind(handle, 0)
    await expect(
      (async () => {
        for (let i = 0; i < 10; i++) await writer.write(new Uint8Array(1 << 20))
      })(),
    ).rejects.toBe(full)
    await expect(writer.finish()).rejects.toBe(full)
  })

  it('holds no more than its pieces where the disk is slow', async () => {
    const waiting: (() => void)[] = []
    const handle = {
      write: (_: Buffer, __: number, length: number) =>
        new Promise((resolve) => waiting.push(() => resolve({ bytesWritten: length }))),
    } as unknown as FileHandle
    const writer = new WriteBehind(handle, 0)
    for (let i = 0; i < 4; i++) expect(writer.write(new Uint8Array(1 << 20))).toBeUndefined()
    const fifth = writer.write(new Uint8Array(1 << 20))
    expect(fifth).toBeInstanceOf(Promise)
    expect(waiting).toHaveLength(4)
    waiting[0]?.()
    await fifth
    expect(waiting).toHaveLength(5)
  })
})
