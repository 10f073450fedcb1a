import { describeMachine } from '../report/machine.ts'
import type { BenchOptions } from '../report/options.ts'
import { quantiles } from '../report/quantiles.ts'
import { inTemporaryFolder } from '../report/temporary-folder.ts'
import { closeAll, openAll, type Step, type Work } from './round.ts'
import { type BurstScene, createBurstScene } from './scene.ts'

/** As many as there can be at once, if that is fewer. */
const PAYERS = 100
const PAYEES = 10
const SIZES = [1, 10, 100, 1_000, 10_000] as const
/** So many virtual channels are opened and closed for a row at least, in rounds of its size; and one by one before anything counts. */
const LEAST = 200

const round = (value: number): number => Math.round(value * 100) / 100

function workPer(count: number, steps: readonly Step[], role: 'hub' | 'payers' | 'payees') {
  const each = (of: keyof Work) => round(steps.reduce((sum, step) => sum + step[role][of], 0) / count)
  return { frames: each('frames'), commits: each('commits') }
}

/** What all rounds of a size came to. Times are milliseconds from a call until it was done. */
function summary(steps: readonly Step[], wanted: number) {
  const took = steps.flatMap(({ outcome }) => outcome.took)
  const ms = steps.reduce((sum, { outcome }) => sum + outcome.ms, 0)
  const lost: Record<string, number> = {}
  for (const { outcome } of steps) {
    for (const [code, count] of Object.entries(outcome.lost)) lost[code] = (lost[code] ?? 0) + count
  }
  const { p50, p99 } = quantiles(took)
  return {
    done: took.length,
    lost,
    neededTimers: steps.some(({ outcome }) => outcome.neededTimers),
    perSecond: Math.round((took.length * 1000) / ms),
    p50,
    p99,
    each: {
      cpuMs: round(steps.reduce((sum, { outcome }) => sum + outcome.cpuMs, 0) / wanted),
      payer: workPer(wanted, steps, 'payers'),
      hub: workPer(wanted, steps, 'hub'),
      payee: workPer(wanted, steps, 'payees'),
    },
  }
}

async function measure(scene: BurstScene, atOnce: number, least: number) {
  const rounds = Math.max(1, Math.ceil(least / atOnce))
  const opens: Step[] = []
  const closes: Step[] = []
  for (let i = 0; i < rounds; i++) {
    const { step, opened } = await openAll(scene, atOnce, i * atOnce)
    opens.push(step)
    closes.push(await closeAll(scene, opened))
  }
  const n = rounds * atOnce
  return { atOnce, n, opened: summary(opens, n), closed: summary(closes, n) }
}

type Row = Awaited<ReturnType<typeof measure>>

function show(rows: readonly Row[]): void {
  const half = ({ done, perSecond, p50, p99, neededTimers, each }: Row['opened']) => {
    const work = (['payer', 'hub', 'payee'] as const).map((role) => `${each[role].frames}/${each[role].commits}`)
    const waits = neededTimers ? ', waited for timers' : ''
    return `${done} done, ${perSecond}/s, p50 ${p50} ms, p99 ${p99} ms, ${each.cpuMs} ms of CPU each, frames/commits each ${work.join(' ')}${waits}`
  }
  for (const { atOnce, n, opened, closed } of rows) {
    console.log(`${atOnce} at once, ${n} in all (payer, hub, payee)`)
    console.log(`  first payments  ${half(opened)} ${JSON.stringify(opened.lost)}`)
    console.log(`  closings        ${half(closed)} ${JSON.stringify(closed.lost)}`)
  }
}

/** Measures openings until the first payment, and closings, from one alone to very many at once through one hub. */
export async function runBurst({ json, count }: BenchOptions): Promise<object> {
  const sizes = SIZES.filter((size) => count === undefined || size <= count)
  const largest = sizes.at(-1) ?? 1
  const least = Math.min(LEAST, 2 * largest)
  const [payers, payees] = [Math.min(PAYERS, largest), Math.min(PAYEES, largest)]
  const rows = await inTemporaryFolder(async (folder) => {
    const scene = await createBurstScene(folder, payers, payees)
    try {
      await measure(scene, 1, least)
      const measured: Row[] = []
      for (const size of sizes) measured.push(await measure(scene, size, least))
      return measured
    } finally {
      await scene.stop()
    }
  })
  if (!json) show(rows)
  return { bench: 'burst', unit: 'ms', payers, payees, hubs: 1, rows, machine: describeMachine() }
}
