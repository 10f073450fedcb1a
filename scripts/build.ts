// `./run build [package]`: builds the packages that are published, each into the folder that it is published from.

import { relative } from 'node:path'
import { buildPackage } from './packages/build.ts'
import { listPublished } from './packages/published.ts'
import { root } from './process/workspaces.ts'

const wanted = process.argv[2]
const chosen = listPublished().filter(({ name }) => wanted === undefined || name.includes(wanted))
if (chosen.length === 0) throw new Error(`no package that is published is named ${wanted}`)
for (const published of chosen) {
  const started = performance.now()
  await buildPackage(published)
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(`${published.name.padEnd(20)} ${seconds} s  ${relative(root, published.built)}`)
}
