// `./run gas [--json] [--write]`: what each call of the contracts costs, from receipts of a local chain, beside Nitro's figures.
// --write stores the snapshot that `npm run check -w contracts` compares with.

import { writeFileSync } from 'node:fs'
import { measureGas } from '../contracts/scripts/gas/measure.ts'
import { gasSnapshotFile } from '../contracts/scripts/gas/snapshot.ts'
import { tableOf } from '../contracts/scripts/gas/table.ts'

const report = await measureGas()
if (process.argv.includes('--write')) writeFileSync(gasSnapshotFile, `${JSON.stringify(report, null, 2)}\n`)
console.log(process.argv.includes('--json') ? JSON.stringify(report) : tableOf(report))
