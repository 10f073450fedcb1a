// `./run gas [--json] [--write]`: what each call of the contracts costs, from receipts of a local chain, beside Nitro's figures.
// --write stores the snapshot that `npm run check -w contracts` compares with. `./run gas --fevm [--json]`: what it costs on Filecoin, where
// gas follows other laws, measured by the runner that SLUICE_FVM names.

import { writeFileSync } from 'node:fs'
import { fvmTableOf, measureFvm, noRunner, placeOf } from '../contracts/scripts/gas/fevm/measure.ts'
import { measureGas } from '../contracts/scripts/gas/measure.ts'
import { gasSnapshotFile } from '../contracts/scripts/gas/snapshot.ts'
import { tableOf } from '../contracts/scripts/gas/table.ts'

const isJson = process.argv.includes('--json')
await (process.argv.includes('--fevm') ? onFilecoin() : onEthereum())

async function onEthereum(): Promise<void> {
  const report = await measureGas()
  if (process.argv.includes('--write')) writeFileSync(gasSnapshotFile, `${JSON.stringify(report, null, 2)}\n`)
  console.log(isJson ? JSON.stringify(report) : tableOf(report))
}

async function onFilecoin(): Promise<void> {
  const place = placeOf(process.env)
  if (place === undefined) {
    console.log(isJson ? JSON.stringify({ skipped: noRunner }) : noRunner)
    return
  }
  const report = await measureFvm(place)
  console.log(isJson ? JSON.stringify(report) : fvmTableOf(report))
}
