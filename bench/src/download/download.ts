import { randomFillSync } from 'node:crypto'
import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { describeMachine } from '../report/machine.ts'
import type { BenchOptions } from '../report/options.ts'
import { median } from '../report/quantiles.ts'
import { inTemporaryFolder } from '../report/temporary-folder.ts'
import { runSluice } from './command.ts'
import { hashCommand, type Run, runCurl, runGet } from './run.ts'
import { type Scene, startScene } from './scene.ts'
import type { Usage } from './usage.ts'

const DEFAULT_MEBIBYTES = 1024
const DEFAULT_ROUNDS = 5
const BLOCKS = [16, 64, 256, 1024] as const
const WAYS = ['curl', 'unpaid', 'paid'] as const
type Way = (typeof WAYS)[number]

interface Content {
  /** KiB of a block. */
  readonly block: number
  readonly cid: string
  readonly bytes: number
}

/** Packs the same random file by blocks of each size. */
async function pack(folder: string, cars: string, mebibytes: number): Promise<readonly Content[]> {
  const path = join(folder, 'file')
  const piece = Buffer.alloc(1 << 20)
  const file = openSync(path, 'w')
  for (let i = 0; i < mebibytes; i++) writeSync(file, randomFillSync(piece))
  closeSync(file)
  const contents: Content[] = []
  for (const block of BLOCKS) {
    const packed = await runSluice(['pack', path, '--out', cars, '--chunk', `${block}KiB`], {})
    contents.push({ block, cid: String(packed.cid), bytes: Number(packed.carBytes) })
  }
  rmSync(path)
  return contents
}

const rounded = (value: number, digits = 2): number => Number(value.toFixed(digits))

/** The median of what processes took, by their names. */
function usageIn(runs: readonly Run[]): Readonly<Record<string, Usage>> {
  const names = [...new Set(runs.flatMap(({ usage }) => Object.keys(usage)))]
  const pairs = names.map((name) => {
    const known = runs.map(({ usage }) => usage[name]).filter((one) => one !== undefined)
    const of = (pick: (usage: Usage) => number) => rounded(median(known.map(pick)))
    return [name, { cpu: of(({ cpu }) => cpu), memory: of(({ memory }) => memory) }] as const
  })
  return Object.fromEntries(pairs)
}

/** One after the other in each round, so that what else the machine does meets all alike. */
async function runRounds(scene: Scene, folder: string, { cid, bytes }: Content, rounds: number) {
  const runs: Record<Way, Run[]> = { curl: [], unpaid: [], paid: [] }
  const hash = await hashCommand()
  for (let round = 0; round < rounds; round++) {
    runs.curl.push(await runCurl(scene, folder, cid, bytes, hash))
    runs.unpaid.push(await runGet(scene, folder, `${scene.unpaidUrl}/ipfs/${cid}`, bytes))
    runs.paid.push(await runGet(scene, folder, `${scene.paidUrl}/ipfs/${cid}`, bytes))
  }
  return runs
}

function rowOf({ block, bytes }: Content, runs: Readonly<Record<Way, readonly Run[]>>) {
  const rate = (way: Way) => rounded(median(runs[way].map((run) => run.rate)), 1)
  const ratio = (one: Way, other: Way) =>
    rounded(median(runs[one].map((run, i) => run.rate / (runs[other][i]?.rate ?? Number.NaN))))
  return {
    blockKiB: block,
    bytes,
    n: runs.curl.length,
    rates: { curl: rate('curl'), unpaid: rate('unpaid'), paid: rate('paid') },
    unpaidByCurl: ratio('unpaid', 'curl'),
    paidByUnpaid: ratio('paid', 'unpaid'),
    payments: median(runs.paid.map(({ payments }) => payments)),
    usage: { curl: usageIn(runs.curl), unpaid: usageIn(runs.unpaid), paid: usageIn(runs.paid) },
  }
}

/** Measures downloads by `sluice get`, paid and unpaid, beside curl with a hash in the pipe: each a process of its own. */
export async function runDownload({ json, size, count = DEFAULT_ROUNDS }: BenchOptions): Promise<object> {
  return inTemporaryFolder(async (folder) => {
    const cars = join(folder, 'cars')
    const contents = await pack(folder, cars, size ?? DEFAULT_MEBIBYTES)
    const scene = await startScene(folder, cars)
    try {
      const rows: ReturnType<typeof rowOf>[] = []
      for (const content of contents) {
        const row = rowOf(content, await runRounds(scene, folder, content, count))
        rows.push(row)
        if (!json) tell(row)
      }
      const units = { rates: 'MB/s', cpu: 's', memory: 'MiB' }
      return { bench: 'download', units, hash: await hashCommand(), rows, machine: describeMachine() }
    } finally {
      await scene.end()
    }
  })
}

function tell({ blockKiB, rates, unpaidByCurl, paidByUnpaid, payments, usage }: ReturnType<typeof rowOf>): void {
  const { curl, unpaid, paid } = rates
  console.log(
    `${blockKiB} KiB: curl ${curl}, unpaid ${unpaid} (${unpaidByCurl}), paid ${paid} MB/s (${paidByUnpaid}) in ${payments} payments, at most ${usage.paid.get?.memory} MiB`,
  )
}
