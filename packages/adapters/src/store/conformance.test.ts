import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { storeConformance } from '@sluice/engine/testing'
import { describe, it } from 'vitest'
import { createMemoryStore } from './memory.ts'
import { openSqliteStore } from './sqlite.ts'

describe('a SQLite store', () => {
  for (const { name, run } of storeConformance) {
    it(name, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'sluice-store-'))
      try {
        await run({ open: async () => openSqliteStore({ path: join(folder, 'store.sqlite') }) })
      } finally {
        rmSync(folder, { recursive: true })
      }
    })
  }
})

describe('a store in memory', () => {
  for (const { name, run } of storeConformance) {
    it(name, async () => {
      const records = new Map<string, Uint8Array>()
      await run({ open: async () => createMemoryStore(records) })
    })
  }
})
