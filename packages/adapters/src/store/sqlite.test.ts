import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  copyFileSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import type { Store, Write } from '@sluice/engine'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { holderOf, openSqliteStore, readSqliteStore } from './sqlite.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-store-'))
  path = join(folder, 'store.sqlite')
})
afterEach(() => rmSync(folder, { recursive: true }))

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const put = (key: string, value: string): Write => ({ key, value: bytes(value) })

async function read(store: Store): Promise<Record<string, string>> {
  const records: Record<string, string> = {}
  for await (const [key, value] of store.load()) records[key] = new TextDecoder().decode(value)
  return records
}

/** Opens, reads all and closes. */
async function contents(file = path): Promise<Record<string, string>> {
  const store = openSqliteStore({ path: file })
  try {
    return await read(store)
  } finally {
    await store.close()
  }
}

const code = (name: string): unknown => expect.objectContaining({ code: name })

describe('a SQLite store', () => {
  it('keeps what was committed, over restarts', async () => {
    const store = openSqliteStore({ path })
    await store.commit([put('a', '1'), put('b', '2')])
    await store.commit([put('a', '3'), { key: 'b', value: undefined }, put('c', '')])
    await store.close()
    expect(await contents()).toEqual({ a: '3', c: '' })
  })

  it('equals a map under any commits', async () => {
    const write = fc.record({
      key: fc.constantFrom('a', 'b', 'c', 'd/e'),
      value: fc.option(fc.uint8Array({ maxLength: 9000 }), { nil: undefined }),
    })
    const store = openSqliteStore({ path })
    const model = new Map<string, Uint8Array>()
    await fc.assert(
      fc.asyncProperty(fc.array(write, { maxLength: 8 }), async (writes) => {
        for (const { key, value } of writes) value === undefined ? model.delete(key) : model.set(key, value)
        await store.commit(writes)
        const kept = new Map<string, Uint8Array>()
        for await (const [key, value] of store.load()) kept.set(key, value)
        expect(new Map([...kept].sort())).toEqual(new Map([...model].sort()))
      }),
    )
    await store.close()
  })

  it('leaves a file that only its owner can read', async () => {
    await openSqliteStore({ path }).close()
    expect(statSync(path).mode & 0o077).toBe(0)
  })

  it('keeps a second owner of the same process out, and tells who holds it', async () => {
    const store = openSqliteStore({ path })
    expect(() => openSqliteStore({ path })).toThrow(code('STORE_IN_USE'))
    expect(() => openSqliteStore({ path })).toThrow(`process ${process.pid}`)
    await store.commit([put('a', '1')])
    await store.close()
    expect(await contents()).toEqual({ a: '1' })
  })

  it('takes a file without content for damage, and not for a new store', async () => {
    const store = openSqliteStore({ path })
    await store.commit([put('a', '1')])
    await store.close()
    truncateSync(path, 0)
    expect(() => openSqliteStore({ path })).toThrow(code('STORE_CORRUPT'))
    expect(statSync(path).size).toBe(0)
  })

  it('takes a log without its file for damage', () => {
    writeFileSync(`${path}-wal`, 'what was written last')
    expect(() => openSqliteStore({ path })).toThrow(code('STORE_CORRUPT'))
    expect(readdirSync(folder)).toEqual([basename(`${path}-wal`)])
  })

  it('leaves nothing beside the file that it made', async () => {
    await openSqliteStore({ path }).close()
    expect(readdirSync(folder)).toEqual([basename(path)])
  })

  it('refuses to work once closed', async () => {
    const store = openSqliteStore({ path })
    await store.close()
    await store.close()
    await expect(store.commit([put('a', '1')])).rejects.toThrow(code('STORE_CLOSED'))
    await expect(read(store)).rejects.toThrow(code('STORE_CLOSED'))
  })

  it('says that its folder is missing', () => {
    expect(() => openSqliteStore({ path: join(folder, 'no', 'store.sqlite') })).toThrow(code('STORE_UNREACHABLE'))
  })

  it('refuses a file that is no database', () => {
    writeFileSync(path, 'what I did on my holidays. '.repeat(1000))
    expect(() => openSqliteStore({ path })).toThrow(code('STORE_CORRUPT'))
  })

  it("refuses another program's database, and leaves it as it was", () => {
    const other = new DatabaseSync(path)
    other.exec('CREATE TABLE holidays (day TEXT)')
    other.close()
    expect(() => openSqliteStore({ path })).toThrow(code('STORE_FOREIGN'))
  })

  it('refuses a version that it does not know', async () => {
    await openSqliteStore({ path }).close()
    const newer = new DatabaseSync(path)
    newer.exec('PRAGMA user_version = 7')
    newer.close()
    expect(() => openSqliteStore({ path })).toThrow(code('STORE_VERSION_UNKNOWN'))
  })

  it('finds a bit that flipped in a value', async () => {
    const store = openSqliteStore({ path })
    await store.commit([put('a', 'worth-a-hundred')])
    await store.close()
    const at = readFileSync(path).indexOf('hundred')
    writeSync(openSync(path, 'r+'), 'H', at)
    await expect(contents()).rejects.toThrow(code('STORE_CORRUPT'))
  })

  it('finds a page that was overwritten', async () => {
    const store = openSqliteStore({ path })
    await store.commit(Array.from({ length: 200 }, (_, i) => put(`key-${i}`, 'x'.repeat(300))))
    await store.close()
    writeSync(openSync(path, 'r+'), new Uint8Array(4096).fill(0xa5), 0, 4096, 4 * 4096)
    await expect(contents()).rejects.toThrow(code('STORE_CORRUPT'))
  })

  it('writes nothing of a commit that finds the disk full, and nothing more after it', async () => {
    const store = openSqliteStore({ path, maxBytes: 64 * 4096 })
    await store.commit([put('before', '1')])
    const tooMuch = Array.from({ length: 200 }, (_, i) => put(`key-${i}`, 'x'.repeat(4000)))
    await expect(store.commit([put('before', '2'), ...tooMuch])).rejects.toThrow(code('STORE_FULL'))
    await expect(store.commit([put('small', '1')])).rejects.toThrow(code('STORE_FULL'))
    await store.close()
    expect(await contents()).toEqual({ before: '1' })
  })

  it('takes commits again once there is space, and holds nothing of the one that failed', async () => {
    const store = openSqliteStore({ path, maxBytes: 64 * 4096 })
    await store.commit([put('before', '1')])
    const tooMuch = Array.from({ length: 200 }, (_, i) => put(`key-${i}`, 'x'.repeat(4000)))
    await expect(store.commit([put('before', '2'), ...tooMuch])).rejects.toThrow(code('STORE_FULL'))
    await store.recover?.()
    await store.commit([put('small', '1')])
    await store.close()
    await expect(store.recover?.()).rejects.toThrow(code('STORE_CLOSED'))
    expect(await contents()).toEqual({ before: '1', small: '1' })
  })

  it('comes back with the first so many commits whole, wherever its log was cut off', async () => {
    const store = openSqliteStore({ path })
    for (let n = 1; n <= 20; n++)
      await store.commit([put('n', `${n}`), put(`x-${n % 3}`, `${n}`.repeat(500)), put('m', `${n}`)])
    const [database, log] = [join(folder, 'copy.sqlite'), join(folder, 'copy.sqlite-wal')]
    const length = statSync(`${path}-wal`).size
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: length }), async (kept) => {
        copyFileSync(path, database)
        copyFileSync(`${path}-wal`, log)
        truncateSync(log, kept)
        const records = await contents(database)
        expect(records.m).toBe(records.n)
        const n = Number(records.n ?? 0)
        if (n > 0) expect(records[`x-${n % 3}`]).toBe(`${n}`.repeat(500))
        if (kept === length) expect(n).toBe(20)
        for (const file of [database, log]) rmSync(file, { force: true })
      }),
      { numRuns: 60, examples: [[0], [length]] },
    )
    await store.close()
  })
})

const writer = `
  import { openSqliteStore } from ${JSON.stringify(new URL('./sqlite.ts', import.meta.url).href)}
  const store = openSqliteStore({ path: process.argv[1] })
  const text = new TextEncoder()
  let start = 0
  for await (const [key, value] of store.load()) if (key === 'a') start = Number(new TextDecoder().decode(value))
  for (let n = start + 1; ; n++) {
    const value = text.encode(String(n))
    await store.commit([{ key: 'a', value }, { key: 'log/' + n, value }, { key: 'log/' + (n - 50), value: undefined }, { key: 'b', value }])
    process.stdout.write(n + '\\n')
    await new Promise(setImmediate)
  }
`

/** Lets a process commit until it has told of `commits` of them, then kills it outright. Returns the last one it told of. */
async function commitAndKill(commits: number): Promise<number> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', writer, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  let told = 0
  let lines = 0
  for await (const line of createInterface({ input: child.stdout })) {
    told = Number(line)
    if (++lines === commits) child.kill('SIGKILL')
  }
  await exited
  return told
}

describe('a SQLite store whose process is killed', () => {
  it('has every commit it told of, whole, and can be opened at once', async () => {
    for (const commits of [1, 7, 40, 133, 400]) {
      const told = await commitAndKill(commits)
      const records = await contents()
      const n = Number(records.a)
      expect(n).toBeGreaterThanOrEqual(told)
      expect(records.b).toBe(records.a)
      const logged = Object.keys(records).filter((key) => key.startsWith('log/'))
      expect(logged.length).toBe(Math.min(n, 50))
      expect(records[`log/${n}`]).toBe(`${n}`)
    }
  })

  it('keeps a second process out while it lives', async () => {
    const child = spawn(process.execPath, ['--input-type=module', '--eval', writer, path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const exited = once(child, 'exit')
    await once(child.stdout, 'data')
    expect(() => openSqliteStore({ path })).toThrow(code('STORE_IN_USE'))
    expect(() => openSqliteStore({ path })).toThrow(`process ${child.pid}`)
    child.kill('SIGKILL')
    await exited
    expect(Number((await contents()).a)).toBeGreaterThan(0)
  })
})

describe('a copy to look at', () => {
  const look = async (): Promise<Record<string, string>> => {
    const copy = readSqliteStore(path)
    if (copy === undefined) throw new Error('there is no store')
    try {
      return await read(copy)
    } finally {
      await copy.close()
    }
  }

  it('shows every commit while the store is in use, and leaves it to its owner', async () => {
    const store = openSqliteStore({ path })
    await store.commit([put('a', '1')])
    expect(await look()).toEqual({ a: '1' })
    await store.commit([put('b', '2')])
    expect(await look()).toEqual({ a: '1', b: '2' })
    expect(holderOf(path)).toBe(process.pid)
    await store.close()
    expect(holderOf(path)).toBeUndefined()
    expect(await look()).toEqual({ a: '1', b: '2' })
  })

  it('holds a moment of a store that is written all the time', async () => {
    const store = openSqliteStore({ path })
    const large = 'x'.repeat(20_000)
    for (let round = 0; round < 60; round += 1) {
      const text = `${round} ${large}`
      await store.commit([put('one', text), put('other', text)])
      const { one, other } = await look()
      expect(one).toBe(text)
      expect(other).toBe(text)
    }
    await store.close()
  })

  it('leaves nothing behind and takes no commit', async () => {
    await openSqliteStore({ path }).close()
    const before = readdirSync(folder)
    const copy = readSqliteStore(path)
    await expect(copy?.commit([put('a', '1')])).rejects.toThrow(code('STORE_CLOSED'))
    await copy?.close()
    expect(readdirSync(folder)).toEqual(before)
    expect(await contents()).toEqual({})
  })

  it('is none where there is no store, and damage is told of the store itself', () => {
    expect(readSqliteStore(path)).toBeUndefined()
    expect(readdirSync(folder)).toEqual([])
    writeFileSync(path, '')
    expect(() => readSqliteStore(path)).toThrow(
      expect.objectContaining({ code: 'STORE_CORRUPT', details: { path, reason: 'the file is empty' } }),
    )
    writeFileSync(path, 'something else altogether, long enough to be looked at by SQLite'.repeat(100))
    expect(() => readSqliteStore(path)).toThrow(expect.objectContaining({ code: 'STORE_CORRUPT' }))
  })
})
