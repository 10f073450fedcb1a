// `npm run check -w contracts`: fails when a generated file, the formatting, the documentation of the sources, the
// size of a contract or its gas is not as it should be.

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { measureGas } from './gas/measure.ts'
import { gasSnapshotFile } from './gas/snapshot.ts'
import { contractsFolder, forgeOutput } from './tools/foundry.ts'
import { generateFiles } from './tools/generated.ts'
import { contractSources, findUndocumented } from './tools/natspec.ts'

const complaints: string[] = []

for (const [path, text] of generateFiles()) {
  const file = join(contractsFolder, path)
  if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
    complaints.push(`contracts/${path} is stale: run \`npm run abi -w contracts\``)
  }
}
if (forgeOutput(['fmt', '--check']).code !== 0) {
  complaints.push('the Solidity sources are not formatted: run `npm run format -w contracts`')
}
if (forgeOutput(['build', '--sizes', '--quiet', '--skip', 'test']).code !== 0) {
  complaints.push('a contract is larger than a chain takes (24,576 bytes)')
}

complaints.push(...findUndocumented(contractSources()))

const measured = JSON.stringify(await measureGas(), null, 2)
if (!existsSync(gasSnapshotFile) || readFileSync(gasSnapshotFile, 'utf8').trim() !== measured) {
  complaints.push('contracts/snapshots/gas.json is stale: look at `./run gas`, then run `./run gas --write`')
}

for (const complaint of complaints) console.error(complaint)
if (complaints.length > 0) process.exitCode = 1
else console.log('contracts: generated files, formatting, documentation, sizes and gas are as they should be')
