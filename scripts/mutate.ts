// `./run mutate [--sample n] [--file part] [--json]`: small mistakes put into the contract, one at a time; which of them does
// no test notice? All of them take hours: --sample spreads fewer evenly over the sources.

import { parseArgs } from 'node:util'
import { mutate } from '../contracts/scripts/mutate/mutate.ts'

const { values } = parseArgs({
  options: { sample: { type: 'string' }, file: { type: 'string' }, json: { type: 'boolean' } },
})
const sample = values.sample === undefined ? Number.POSITIVE_INFINITY : Number(values.sample)
if (!(sample > 0)) {
  console.error(`mutate: --sample ${values.sample} is no number of mutants: try \`./run mutate --sample 50\``)
  process.exit(1)
}
const report = mutate({ sample, filter: values.file ?? '', onVerdict: (verdict) => console.error(verdict) })
for (const { file, line, what } of report.survivors) console.error(`survivor: contracts/${file}:${line} ${what}`)
console.log(
  values.json === true
    ? JSON.stringify(report)
    : `${report.mutants} mutants, ${report.killed} killed, ${report.survivors.length} survived`,
)
