// `./run release`: builds every package and publishes those whose version the npm registry does not have yet, each from the folder that it was
// built into, and tags them. Versions and changelogs are made before, by `./run changeset version`.

import { buildPackage } from './packages/build.ts'
import { listPublished, readManifest } from './packages/published.ts'
import { runCommand } from './process/run-command.ts'

if (readManifest('.').repository === undefined) {
  throw new Error(
    'package.json does not tell the address of the repository: without it no published package would either',
  )
}
for (const published of listPublished()) await buildPackage(published)
const { code } = await runCommand(['changeset', 'publish'], { output: 'inherit' })
process.exitCode = code
