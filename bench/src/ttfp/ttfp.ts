import { describeMachine } from '../report/machine.ts'
import type { BenchOptions } from '../report/options.ts'
import { median, quantiles } from '../report/quantiles.ts'
import { inTemporaryFolder } from '../report/temporary-folder.ts'
import { type Measured, measureTtfp } from './conductor.ts'
import type { Stages } from './stages.ts'

/** Openings that are measured unless another number is asked for. */
const COUNT = 300

/** The median of each stage, in the order of the way. */
function breakdown(stages: readonly Stages[]): Record<string, number> {
  const names = Object.keys(stages[0] ?? {}) as (keyof Stages)[]
  return Object.fromEntries(names.map((name) => [name, median(stages.map((stage) => stage[name]))]))
}

function report(measured: Measured, { latency, jitter }: BenchOptions) {
  const { openings, limits, stages, sizes, commits } = measured
  const limit = quantiles(limits)
  const commit = median(stages.flatMap((stage) => [stage.payerCommits, stage.hubCommits, stage.payeeCommits]))
  const floor = limit.p50 + 3 * commit
  const all = quantiles(openings)
  return {
    bench: 'ttfp',
    ...all,
    unit: 'ms',
    latency,
    jitter,
    limit: limit.p50,
    limitP90: limit.p90,
    limitP99: limit.p99,
    commit,
    floor,
    overFloor: Math.round((all.p50 - floor) * 1000) / 1000,
    breakdown: breakdown(stages),
    bytes: sizes,
    commitsPerOpening: commits,
    machine: describeMachine(),
  }
}

function show(result: ReturnType<typeof report>): void {
  const { n, p50, p90, p99, limit, commit, floor, overFloor, latency, jitter, bytes } = result
  console.log(`time to first payment, ${n} openings, one way ${latency} ms more (jitter ${jitter} ms)`)
  console.log(`  p50 ${p50} ms   p90 ${p90} ms   p99 ${p99} ms`)
  console.log(`  the same ${bytes.toHub}, ${bytes.toPayee} and ${bytes.direct} bytes, bare: ${limit} ms`)
  console.log(`  a commit: ${commit} ms, so the floor is ${floor.toFixed(3)} ms; the distance ${overFloor} ms`)
  for (const [stage, value] of Object.entries(result.breakdown)) console.log(`    ${stage.padEnd(14)} ${value}`)
}

/** Measures the time from the call to open until the payee durably holds the lock and the first voucher. */
export async function runTtfp(options: BenchOptions): Promise<object> {
  const { latency, jitter, count = COUNT, json } = options
  const delay = latency > 0 || jitter > 0 ? { latency, jitter } : undefined
  const measured = await inTemporaryFolder((folder) => measureTtfp(count, folder, delay))
  const result = report(measured, options)
  if (!json) show(result)
  return result
}
