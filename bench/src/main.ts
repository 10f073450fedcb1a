import { runBurst } from './burst/burst.ts'
import { runDownload } from './download/download.ts'
import { runHttp } from './http/http.ts'
import { runLane } from './lane/lane.ts'
import { runOpen } from './open/open.ts'
import { type BenchOptions, readOptions } from './report/options.ts'
import { runStore } from './store/store.ts'
import { runTtfp } from './ttfp/ttfp.ts'

interface Bench {
  readonly about: string
  readonly run: (options: BenchOptions) => Promise<object>
}

const benches: Readonly<Record<string, Bench>> = {
  ttfp: {
    about: 'time to first payment: three processes, real adapters, beside the bare way of the same bytes',
    run: runTtfp,
  },
  store: { about: 'durable commits of the embedded store, beside a bare append and sync', run: runStore },
  lane: { about: 'updates of a lane a second, without disk and network, beside the bare signature', run: runLane },
  burst: { about: 'openings and closings at once through one hub: what arrives, how many a second', run: runBurst },
  http: { about: 'calls that are paid for on a tab, beside the same ones unpaid', run: runHttp },
  download: {
    about: 'downloads by sluice get, paid and unpaid, beside curl: [--size MiB], processes and disk as they are',
    run: runDownload,
  },
  open: { about: 'very many virtual channels open at a hub: memory, restart, idle block, event', run: runOpen },
}

function usage(): string {
  const lines = Object.entries(benches).map(([name, { about }]) => `  ${name.padEnd(8)} ${about}`)
  return `usage: ./run bench <name> [--json] [--n count] [--latency ms] [--jitter ms] [--size MiB]\n\n${lines.join('\n')}`
}

async function main([name = '', ...rest]: readonly string[]): Promise<number> {
  const bench = benches[name]
  if (bench === undefined) {
    const asked = name === '' || name === '--help'
    console.error(asked ? usage() : `there is no bench named ${name}\n\n${usage()}`)
    return name === '--help' ? 0 : 2
  }
  try {
    const result = await bench.run(readOptions(rest))
    console.log(JSON.stringify(result))
    return 0
  } catch (error) {
    console.error(`bench ${name}: ${error instanceof Error ? error.message : error}`)
    return 1
  }
}

process.exitCode = await main(process.argv.slice(2))
