import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { openSqliteStore } from '@sluice/adapters/store-sqlite'
import { systemRandom } from '@sluice/adapters/system'
import type { Write } from '@sluice/engine'
import { describeMachine } from '../report/machine.ts'
import type { BenchOptions } from '../report/options.ts'
import { type Quantiles, quantiles } from '../report/quantiles.ts'
import { inTemporaryFolder } from '../report/temporary-folder.ts'

/** Commits that are measured of each size, unless another number is asked for. */
const COUNT = 1_000
const RECORD_BYTES = 300
/** Different records that are written to, again and again. */
const RECORDS = 10_000
const RECORDS_PER_COMMIT = [1, 10, 100] as const

function writesOf(records: number): Write[] {
  return Array.from({ length: records }, () => ({
    key: `record/${Math.floor(Math.random() * RECORDS)}`,
    value: systemRandom(RECORD_BYTES),
  }))
}

async function timeCommits(folder: string, records: number, count: number): Promise<number[]> {
  const store = openSqliteStore({ path: join(folder, `${records}.sqlite`) })
  const times: number[] = []
  for (let i = 0; i < count; i++) {
    const writes = writesOf(records)
    const from = performance.now()
    await store.commit(writes)
    times.push(performance.now() - from)
  }
  await store.close()
  return times
}

/** The least that a durable commit can cost: the same bytes appended to a file and synced. */
function timeAppends(folder: string, records: number, count: number): number[] {
  const file = openSync(join(folder, `${records}.log`), 'a')
  const times: number[] = []
  for (let i = 0; i < count; i++) {
    const bytes = systemRandom(records * RECORD_BYTES)
    const from = performance.now()
    writeSync(file, bytes)
    fdatasyncSync(file)
    times.push(performance.now() - from)
  }
  closeSync(file)
  return times
}

interface Row extends Quantiles {
  readonly records: number
  readonly recordsPerSecond: number
  /** Median of the bare append and sync. */
  readonly limit: number
}

async function measure(folder: string, records: number, count: number): Promise<Row> {
  const commits = await timeCommits(folder, records, count)
  const total = commits.reduce((sum, time) => sum + time, 0)
  const { p50: limit } = quantiles(timeAppends(folder, records, count))
  const recordsPerSecond = Math.round((records * count * 1000) / total)
  return { records, ...quantiles(commits), recordsPerSecond, limit }
}

function show(rows: readonly Row[]): void {
  for (const { records, p50, p90, p99, recordsPerSecond, limit } of rows) {
    console.log(
      `${`${records}`.padStart(4)} records a commit: p50 ${p50} ms, p90 ${p90}, p99 ${p99}; append and sync ${limit} ms; ${recordsPerSecond} records/s`,
    )
  }
}

/** Measures durable commits of the embedded store beside a bare append and sync of the same bytes. */
export async function runStore({ json, count = COUNT }: BenchOptions): Promise<object> {
  const rows = await inTemporaryFolder(async (folder) => {
    const measured: Row[] = []
    for (const records of RECORDS_PER_COMMIT) measured.push(await measure(folder, records, count))
    return measured
  })
  if (!json) show(rows)
  return { bench: 'store', unit: 'ms', recordBytes: RECORD_BYTES, rows, machine: describeMachine() }
}
