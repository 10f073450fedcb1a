import { join } from 'node:path'
import { describeMachine } from '../report/machine.ts'
import type { BenchOptions } from '../report/options.ts'
import { inTemporaryFolder } from '../report/temporary-folder.ts'
import { Builder } from './build.ts'
import { measureApart } from './process.ts'

const SIZES = [100, 10_000, 100_000] as const
/** A tenth of all that are opened, if that is fewer. */
const PAIRS = 100

interface Row extends Awaited<ReturnType<typeof measureApart>> {
  readonly heapBytesEach: number
  readonly residentBytesEach: number
}

const each = (bytes: number, open: number): number => Math.round(bytes / Math.max(open, 1))

function show(rows: readonly Row[], payee: { readonly open: number; readonly heapBytesEach: number }): void {
  for (const { open, heapBytesEach, residentBytesEach, restartMs, idleBlock, events } of rows) {
    console.log(`${open} open at a hub`)
    console.log(`  heap ${heapBytesEach} bytes each, resident ${residentBytesEach}; restart ${restartMs} ms`)
    console.log(`  idle block p50 ${idleBlock.p50} ms, p99 ${idleBlock.p99}`)
    for (const [name, { p50, p99 }] of Object.entries(events ?? {})) console.log(`  ${name} p50 ${p50} ms, p99 ${p99}`)
  }
  console.log(`${payee.open} open at a payee: heap ${payee.heapBytesEach} bytes each`)
}

/** Measures what it costs to hold very many virtual channels open: memory, restarts, idle blocks, and every other event. */
export async function runOpen({ json, count }: BenchOptions): Promise<object> {
  const sizes = SIZES.filter((size) => count === undefined || size <= count)
  const pairs = Math.min(PAIRS, Math.max((sizes.at(-1) ?? 0) / 10, 1))
  return inTemporaryFolder(async (folder) => {
    const builder = await Builder.create(folder, pairs)
    const rows: Row[] = []
    let copy = ''
    let head = 0n
    try {
      for (const size of sizes) {
        await builder.openUntil(size)
        copy = join(folder, `${size}`)
        head = await builder.copyStores(copy)
        const measured = await measureApart({ folder: copy, head, role: 'hub' })
        const { open, heapBytes, residentBytes } = measured
        rows.push({ ...measured, heapBytesEach: each(heapBytes, open), residentBytesEach: each(residentBytes, open) })
      }
    } finally {
      await builder.stop()
    }
    const held = await measureApart({ folder: copy, head, role: 'payee0' })
    const none = await measureApart({ folder: copy, head, role: 'extraPayee' })
    const payee = { open: held.open, heapBytesEach: each(held.heapBytes - none.heapBytes, held.open) }
    if (!json) show(rows, payee)
    return { bench: 'open', unit: 'ms', payers: pairs, payees: pairs, hubs: 1, rows, payee, machine: describeMachine() }
  })
}
