// `./run docs`: builds the documentation as a static site, looks at what was built, and serves it on the loopback if asked to.

import { parseArgs } from 'node:util'
import { buildSite } from './build.ts'
import { builtFolder } from './paths.ts'
import { serveSite } from './serve.ts'

const { values } = parseArgs({
  options: { serve: { type: 'boolean' }, port: { type: 'string' }, base: { type: 'string' } },
})

const { pages, bytes, seconds, findings } = await buildSite(values.base ?? '/')
console.log(`${pages} pages, ${(bytes / 1e6).toFixed(1)} MB, in ${seconds.toFixed(1)} s: ${builtFolder}`)
for (const finding of findings) console.log(finding)
if (findings.length > 0) process.exitCode = 1
else if (values.serve === true) console.log(await serveSite(Number(values.port ?? 0), values.base ?? '/'))
