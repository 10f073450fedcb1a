import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Notification } from '@sluice/engine'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { backupFileName, startAutomaticBackup } from './automatic.ts'

const signer = `0x${'5a'.repeat(20)}` as const
const payment: Notification = { type: 'payment', virtualId: '0x', role: 'payee', amount: 1n }

let folder: string
let content: number
let listeners: Set<(notification: Notification) => void>
const log = { debug() {}, info() {}, warn() {}, error: vi.fn() }
const engine = {
  signer,
  backup: () => Uint8Array.of(content),
  subscribe(listener: (notification: Notification) => void) {
    listeners.add(listener)
    return () => listeners.delete(listener)
  },
}
const tell = (notification: Notification) => {
  for (const listener of listeners) listener(notification)
}
const start = (targets: { folder?: string; command?: string; every?: number }) =>
  startAutomaticBackup(engine, log, { folder: undefined, command: undefined, every: 1, ...targets })

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-backup-'))
  content = 1
  listeners = new Set()
  log.error.mockClear()
})
afterEach(() => {
  vi.useRealTimers()
  rmSync(folder, { recursive: true })
})

describe('a backup by itself', () => {
  const target = () => join(folder, 'backups')
  const file = () => join(target(), backupFileName(signer))
  const held = () => [...readFileSync(file())]

  it('is made at the start, after a change, and at the end, and only its owner reads it', async () => {
    vi.useFakeTimers()
    const backup = start({ folder: target() })
    await vi.advanceTimersByTimeAsync(1)
    expect(held()).toEqual([1])
    expect(statSync(file()).mode & 0o077).toBe(0)
    content = 2
    tell(payment)
    expect(backup.standing()).toMatchObject({ madeAt: expect.any(Number), staleSince: expect.any(Number) })
    await vi.advanceTimersByTimeAsync(999)
    expect(held()).toEqual([1])
    await vi.advanceTimersByTimeAsync(1)
    expect(held()).toEqual([2])
    expect(backup.standing()).toEqual({ madeAt: expect.any(Number) })
    content = 3
    tell(payment)
    await backup.stop()
    expect(held()).toEqual([3])
    expect(listeners.size).toBe(0)
  })

  it('is not made where nothing changed', async () => {
    vi.useFakeTimers()
    const backup = start({ folder: target() })
    await vi.advanceTimersByTimeAsync(1)
    content = 2
    tell({ type: 'chain', status: 'good' })
    await vi.advanceTimersByTimeAsync(10_000)
    await backup.stop()
    expect(held()).toEqual([1])
  })

  it('goes to a command, whose failure is shown and that gets the next one', async () => {
    const out = join(folder, 'out')
    const backup = start({ command: `cat > '${out}'` })
    await backup.stop()
    expect([...readFileSync(out)]).toEqual([1])
    expect(backup.standing()).toEqual({ madeAt: expect.any(Number) })
    const failing = start({ command: 'echo no room >&2; exit 3' })
    await failing.stop()
    expect(failing.standing()).toMatchObject({
      staleSince: expect.any(Number),
      problem: 'the command ended with 3: no room',
    })
    expect(failing.standing().madeAt).toBeUndefined()
    expect(log.error).toHaveBeenCalled()
  })

  it('that can not be written is tried again, and goes on lacking what it lacks', async () => {
    vi.useFakeTimers()
    writeFileSync(target(), 'a file where the folder should be')
    const backup = start({ folder: target() })
    await vi.advanceTimersByTimeAsync(1)
    const { staleSince, problem } = backup.standing()
    expect(problem).toMatch(/EEXIST|ENOTDIR/)
    await vi.advanceTimersByTimeAsync(500)
    expect(backup.standing().staleSince).toBe(staleSince)
    rmSync(target())
    await vi.advanceTimersByTimeAsync(500)
    expect(held()).toEqual([1])
    expect(backup.standing()).toEqual({ madeAt: expect.any(Number) })
    await backup.stop()
  })
})
