import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { consumer, packed } from '../../packages/consumer.ts'
import { findSamples } from '../../packages/samples.ts'
import { runCommand } from '../../process/run-command.ts'
import type { Check } from '../check.ts'
import { allSpecifiers, portableSpecifiers } from './runtimes.ts'

/** Entries for every runtime whose declarations name those of a package that names Node's: x402's core speaks of Buffer. */
const NODE_TYPED = /^@sluice\/x402$/

/** A program that uses each entry, so that no declaration goes unread. */
const usingProgram = (specifiers: readonly string[]): string =>
  specifiers.map((specifier, i) => `export * as entry${i} from '${specifier}'\n`).join('')

interface Compiler {
  readonly version: string
  /** Its folder below node_modules. */
  readonly package: string
}

const compilers: readonly Compiler[] = [
  { version: '5.9', package: 'typescript-5.9' },
  { version: '7', package: 'typescript' },
]

const resolutions = {
  bundler: { module: 'esnext', moduleResolution: 'bundler' },
  nodenext: { module: 'nodenext', moduleResolution: 'nodenext' },
}

const strictest = {
  target: 'es2022',
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  noEmit: true,
}

/** The samples of every package's README, as files of the consumer. */
async function writeSamples(write: (path: string, text: string) => string): Promise<string[]> {
  return (await packed()).flatMap(({ name, built }) =>
    findSamples(readFileSync(join(built, 'README.md'), 'utf8')).map(({ code, language }, i) =>
      write(`samples/${name.replace('@sluice/', '')}-${i + 1}.${language}`, code),
    ),
  )
}

/**
 * Every declaration is checked where that is quick, by TypeScript 7; 5.9 reads all that the programs use, and checks those of the entries
 * for browsers once.
 */
const isWhole = (version: string, resolution: string, project: string): boolean =>
  version === '7' || (project === 'browser' && resolution === 'bundler')

async function compile(
  { version, package: compiler }: Compiler,
  resolution: keyof typeof resolutions,
): Promise<string[]> {
  const { folder, write } = await consumer()
  const options = { ...strictest, ...resolutions[resolution], lib: ['es2023', 'dom', 'dom.asynciterable'] }
  const portable = write(
    'portable.ts',
    usingProgram((await portableSpecifiers()).filter((one) => !NODE_TYPED.test(one))),
  )
  const everything = write('everything.ts', usingProgram(await allSpecifiers()))
  const samples = await writeSamples(write)
  const projects = {
    // Without Node's types: what is for browsers may not name them.
    browser: { types: [], files: [portable] },
    node: { types: ['node'], files: [everything, ...samples] },
  }
  const findings: string[] = []
  for (const [name, { types, files }] of Object.entries(projects)) {
    const compilerOptions = { ...options, types, skipLibCheck: !isWhole(version, resolution, name) }
    const config = write(`tsconfig.${name}.json`, JSON.stringify({ compilerOptions, files }))
    const tsc = join(folder, 'node_modules', compiler, 'bin/tsc')
    const { code, output } = await runCommand([process.execPath, tsc, '-p', config], { output: 'keep', cwd: folder })
    if (code !== 0) findings.push(`${name}, TypeScript ${version}, ${resolution}:\n${output}`)
  }
  return findings
}

/** A program over every entry, and every sample, compile. */
export const typeChecks: readonly Check[] = compilers.flatMap((compiler) =>
  (['bundler', 'nodenext'] as const).map((resolution) => ({
    name: `packages: types by TypeScript ${compiler.version}, ${resolution}`,
    run: () => compile(compiler, resolution),
  })),
)
