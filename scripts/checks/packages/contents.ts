import { readFileSync } from 'node:fs'
import { checkPackage, createPackageFromTarballData, type Problem } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { consumer, packed } from '../../packages/consumer.ts'
import type { Tarball } from '../../packages/pack.ts'
import type { Check } from '../check.ts'

/** What every package carries. */
const REQUIRED = ['package.json', 'README.md', 'LICENSE-MIT', 'LICENSE-APACHE']
const FIELDS = ['description', 'keywords', 'license', 'engines', 'type', 'version']

/** What nobody who installs a package has a use for. */
const UNWANTED = /\.test\.|\/golden\/|fixture|tsconfig|(?<!\.d)\.ts$/

/** What serves tests is there for who publishes it as an entry, and for nobody else. */
const isUnwanted = (path: string, { exports = {} }: Tarball['manifest']): boolean =>
  UNWANTED.test(path) || (path.includes('/testing/') && !('./testing' in exports))

function judgeContents({ name, files, manifest, unpackedSize }: Tarball): string[] {
  const carried = Object.keys(manifest.publishConfig?.carries ?? {})
  const isCarried = (path: string): boolean => carried.some((folder) => path.startsWith(`${folder}/`))
  const modules = files.filter((path) => path.endsWith('.js'))
  return [
    ...REQUIRED.filter((path) => !files.includes(path)).map((path) => `${name}: ${path} is missing`),
    ...FIELDS.filter((field) => manifest[field] === undefined).map((field) => `${name}: package.json lacks ${field}`),
    ...(manifest.private === true ? [`${name}: is private`] : []),
    ...files
      .filter((path) => isUnwanted(path, manifest) && !isCarried(path))
      .map((path) => `${name}: ${path} should stay out`),
    // A module that only passes on what others hold has nothing to map.
    ...(files.some((path) => path.endsWith('.js.map')) ? [] : [`${name}: has no source maps`]),
    ...(modules.length === 0 ? [`${name}: has no modules`] : []),
    ...(unpackedSize > 3_000_000 ? [`${name}: unpacks to ${unpackedSize} bytes`] : []),
  ]
}

/** The packages are for `import` alone: that `require` finds modules is said by Node.js itself, and is no fault. */
const isExpected = ({ kind }: Problem): boolean => kind === 'CJSResolvesToESM'

/** Of the ways to resolve modules, the one that knows no `exports` has no business here. */
const isModern = (problem: Problem): boolean =>
  !('resolutionKind' in problem) || (problem.resolutionKind !== 'node10' && problem.resolutionKind !== 'node16-cjs')

async function findTypeProblems({ name, manifest, tarball }: Tarball): Promise<string[]> {
  const analysis = await checkPackage(createPackageFromTarballData(new Uint8Array(readFileSync(tarball))))
  // What is a command alone has nothing to import.
  if (analysis.types === false) return Object.keys(manifest.bin ?? {}).length > 0 ? [] : [`${name}: has no types`]
  const problems = analysis.problems.filter((problem) => !isExpected(problem) && isModern(problem))
  return problems.map((problem) => `${name}: ${JSON.stringify(problem)}`)
}

async function lintPackage({ name, tarball }: Tarball): Promise<string[]> {
  const bytes = readFileSync(tarball)
  const data = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
  const { messages, pkg } = await publint({ pack: { tarball: data }, strict: true })
  return messages.map((message) => `${name}: ${formatMessage(message, pkg, { color: false }) ?? message.code}`)
}

const eachTarball = async (judge: (tarball: Tarball) => string[] | Promise<string[]>): Promise<string[]> => {
  const findings: string[] = []
  for (const tarball of await packed()) findings.push(...(await judge(tarball)))
  return findings
}

/** What is in the tarballs, and what tools for publishers find in them. */
export const contentChecks: readonly Check[] = [
  { name: 'packages: build and pack', run: () => eachTarball(judgeContents) },
  { name: 'packages: publint', run: () => eachTarball(lintPackage) },
  { name: 'packages: are the types wrong', run: () => eachTarball(findTypeProblems) },
  {
    name: 'packages: install in an empty project',
    run: async () => {
      await consumer()
      return []
    },
  },
]
