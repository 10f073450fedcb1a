import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Budget, budgets } from '../../packages/budgets.ts'
import { consumer, packed } from '../../packages/consumer.ts'
import { findSamples } from '../../packages/samples.ts'
import { measure } from '../../packages/sizes.ts'
import { runCommand } from '../../process/run-command.ts'
import type { Check } from '../check.ts'

/** The sample of the package that apps install, as a file of the consumer. */
async function writeSample(path: string): Promise<{ readonly folder: string }> {
  const { folder, write } = await consumer()
  const client = (await packed()).find(({ name }) => name === '@sluice/client')
  const [sample] = findSamples(readFileSync(join(client?.built ?? '', 'README.md'), 'utf8'))
  if (sample === undefined) throw new Error('the README of @sluice/client has no sample')
  write(path, sample.code)
  return { folder }
}

/** What a bundler left to be found elsewhere: imports by a bare name. A dynamic import counts as well. */
function leftOutside(bundle: string): string[] {
  const imports = bundle.matchAll(/\bimport\s*(?:\(\s*|[\w$*{][^;"'`()]*?from\s*)?["'](?!\.{0,2}\/)([^"']+)["']/g)
  return Array.from(imports, ([, specifier]) => `the bundle still imports ${specifier}`)
}

async function bundleBy(path: string, command: readonly string[], outputs: string): Promise<string[]> {
  const { folder } = await writeSample(path)
  const { code, output } = await runCommand([process.execPath, ...command], { output: 'keep', cwd: folder })
  if (code !== 0) return [output]
  // Vite goes on where a browser can't: with a stand-in for what is of Node.js, and a warning.
  if (/externalized/i.test(output)) return [output]
  const files = globSync(outputs, { cwd: folder })
  if (files.length === 0) return [`${command[0]} wrote nothing to ${outputs}`]
  return files.flatMap((file) => leftOutside(readFileSync(join(folder, file), 'utf8')))
}

const page = '<!doctype html><title>Sample</title><script type="module" src="./sample.ts"></script>\n'

/** What is installed weighs what its sources do: what a page does not import stays out of what is published, too. */
async function findExcess({ name, program, atOnce, later = 0 }: Budget): Promise<string[]> {
  const { folder } = await consumer()
  const size = await measure(program, folder)
  const isHeavy = size.atOnce > atOnce || size.later > later
  return isHeavy ? [`${name}: ${size.atOnce} bytes at once and ${size.later} later, as installed`] : []
}

/** The README's sample becomes a page by the bundlers that apps use, with nothing left outside. */
export const bundleChecks: readonly Check[] = [
  {
    name: 'packages: the sample bundled by Vite',
    run: async () => {
      const { write } = await consumer()
      write('vite/index.html', page)
      const command = ['node_modules/vite/bin/vite.js', 'build', 'vite', '--logLevel', 'warn', '--target', 'es2022']
      return bundleBy('vite/sample.ts', command, 'vite/dist/assets/*.js')
    },
  },
  {
    name: 'packages: the sample bundled by esbuild',
    run: () => {
      const options = [
        '--bundle',
        '--minify',
        '--splitting',
        '--format=esm',
        '--target=es2022',
        '--outdir=esbuild/dist',
      ]
      const command = ['node_modules/esbuild/bin/esbuild', 'esbuild/sample.ts', ...options, '--log-level=warning']
      return bundleBy('esbuild/sample.ts', command, 'esbuild/dist/*.js')
    },
  },
  {
    name: 'packages: what apps load within the budgets',
    run: async () => (await Promise.all(budgets.map(findExcess))).flat(),
  },
]
