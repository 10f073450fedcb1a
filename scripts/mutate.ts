// `./run mutate [--sample n] [--file part[,part]] [--workers n] [--json]`: small mistakes put into the contracts, one at a
// time; which of them does no test notice? --sample spreads fewer evenly over the sources; --file takes those of a file, or of
// a line of it (Virtuals.sol:72).

import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { type MutationOptions, mutate } from '../contracts/scripts/mutate/mutate.ts'

const { values } = parseArgs({
  options: {
    sample: { type: 'string' },
    file: { type: 'string' },
    workers: { type: 'string' },
    json: { type: 'boolean' },
  },
})

function numberOf(option: 'sample' | 'workers', otherwise: number): number {
  const given = values[option] ?? ''
  if (given === '') return otherwise
  if (/^[1-9]\d*$/.test(given)) return Number(given)
  console.error(
    `mutate: --${option} ${given} is no number: try \`./run mutate --${option} ${option === 'sample' ? 50 : 2}\``,
  )
  process.exit(1)
}

// On a terminal one line that changes; in a log a line for each verdict.
const started = performance.now()
let survived = 0
const onVerdict: MutationOptions['onVerdict'] = ({ file, line, what }, verdict, done, all) => {
  if (verdict.end === 'survived') survived++
  if (process.stderr.isTTY) {
    const minutes = Math.ceil(((performance.now() - started) / 60_000 / done) * (all - done))
    process.stderr.write(`\r\x1b[K${done} of ${all}, ${survived} survived, some ${minutes} min left: ${file}`)
  } else if (verdict.end === 'killed') console.error(`${file}:${line} ${what}: killed by ${verdict.by}`)
  else console.error(`${file}:${line} ${what}: ${verdict.end}`)
}

// what an interrupted run leaves is cleared on the way out
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130))

const report = await mutate({
  sample: numberOf('sample', Number.POSITIVE_INFINITY),
  places: values.file?.split(',') ?? [],
  workers: numberOf('workers', availableParallelism()),
  onVerdict,
})
if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
for (const { file, line, what } of report.survivors) console.error(`survivor: ${file}:${line} ${what}`)
console.log(
  values.json === true
    ? JSON.stringify(report)
    : `${report.mutants} mutants, ${report.killed} killed, ${report.survivors.length} survived in ${report.seconds} s`,
)
