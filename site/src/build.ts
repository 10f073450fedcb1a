import { globSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'astro'
import { toApiPage } from './api/pages.ts'
import { makeReference } from './api/reference.ts'
import { findDeadLinks } from './built/dead-links.ts'
import { builtFolder, siteFolder } from './paths.ts'
import { listDecisions, readPages } from './stage/pages.ts'
import { stageSite } from './stage/stage.ts'

/** What was built. */
export interface BuiltSite {
  readonly pages: number
  /** Of all files, as they lie on disk. */
  readonly bytes: number
  readonly seconds: number
  /** What does not hold of it: links that lead nowhere, and what a page would load from elsewhere. */
  readonly findings: readonly string[]
}

/**
 * Builds the site into its folder `dist`.
 *
 * @param base - Where it will be served: `/`, or a folder such as `/sluice/`.
 * @throws Error if a source cannot be read or a page cannot be made.
 */
export async function buildSite(base: string): Promise<BuiltSite> {
  if (!/^\/(.*\/)?$/.test(base)) throw new Error(`the base ${base} has to begin and end with a slash`)
  const started = performance.now()
  process.env.ASTRO_TELEMETRY_DISABLED = '1'
  const pages = readPages()
  const reference = (await makeReference()).map(toApiPage)
  stageSite([...pages, listDecisions(pages)], reference, base)
  rmSync(builtFolder, { recursive: true, force: true })
  await build({ root: siteFolder, base, outDir: builtFolder, logLevel: 'error' })
  const files = globSync('**/*', { cwd: builtFolder }).filter((path) => statSync(join(builtFolder, path)).isFile())
  return {
    pages: files.filter((path) => path.endsWith('.html')).length,
    bytes: files.reduce((sum, path) => sum + statSync(join(builtFolder, path)).size, 0),
    findings: findDeadLinks(builtFolder, files, base),
    seconds: (performance.now() - started) / 1000,
  }
}
