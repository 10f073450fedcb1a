import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Id } from '@sluice/protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Binding } from '../gate/bindings.ts'
import { rejectCode } from '../testing/expect-code.ts'
import { openFileBindings } from './file-bindings.ts'

const id = (n: number): Id => `0x${n.toString(16).padStart(64, '0')}`
const signature = `0x${'5a'.repeat(65)}` as const
const binding = (key: string): Binding => ({
  key,
  etag: '"e"',
  length: 7,
  from: 0,
  window: 3,
  price: { amount: 5n, per: 2n },
  signature,
})

describe('file bindings', () => {
  let folder: string
  let path: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-bindings-'))
    path = join(folder, 'bindings')
  })
  afterEach(() => rm(folder, { recursive: true }))

  it('outlive the process', async () => {
    const first = await openFileBindings(path, { now: () => 100 })
    await Promise.all([first.bind(id(1), binding('/a')), first.bind(id(2), binding('/b'))])
    await first.close()
    const second = await openFileBindings(path, { now: () => 100 })
    expect(await second.get(id(1))).toEqual(binding('/a'))
    expect(await second.get(id(2))).toEqual(binding('/b'))
    expect(await second.get(id(3))).toBeUndefined()
    await second.close()
  })

  it('keep the first binding of two', async () => {
    const bindings = await openFileBindings(path, { now: () => 100 })
    const both = await Promise.all([bindings.bind(id(1), binding('/a')), bindings.bind(id(1), binding('/b'))])
    expect(both).toEqual([binding('/a'), binding('/a')])
    await bindings.close()
  })

  it('drop a line that a crash cut short, and go on after it', async () => {
    const first = await openFileBindings(path, { now: () => 100 })
    await first.bind(id(1), binding('/a'))
    await first.close()
    await appendFile(path, '{"virtualId":"0x00')
    const second = await openFileBindings(path, { now: () => 100 })
    await second.bind(id(2), binding('/b'))
    await second.close()
    const third = await openFileBindings(path, { now: () => 100 })
    expect([await third.get(id(1)), await third.get(id(2))]).toEqual([binding('/a'), binding('/b')])
    await third.close()
  })

  it('forget what is too old', async () => {
    const first = await openFileBindings(path, { now: () => 100, keepFor: 50 })
    await first.bind(id(1), binding('/a'))
    await first.close()
    const second = await openFileBindings(path, { now: () => 151, keepFor: 50 })
    expect(await second.get(id(1))).toBeUndefined()
    await second.close()
    expect(await readFile(path, 'utf8')).toBe('')
  })

  it('refuse a whole line that is no record', async () => {
    await appendFile(path, 'nonsense\n')
    await rejectCode(openFileBindings(path, { now: () => 100 }), 'BINDINGS_UNREADABLE')
  })
})
