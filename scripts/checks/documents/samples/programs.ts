import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { specifiersOf } from '../../../packages/manifest.ts'
import { listPublished } from '../../../packages/published.ts'
import { temporaryFolder } from '../../../packages/temporary.ts'
import { runCommand } from '../../../process/run-command.ts'
import { root } from '../../../process/workspaces.ts'
import type { Block } from './blocks.ts'

const LANGUAGES = ['ts', 'tsx', 'js', 'mjs']

/** Whether a block is a program, rather than a part of one that needs what stands around it. */
const isProgram = ({ code }: Block): boolean => /^import /m.test(code)

const compilerOptions = {
  target: 'es2023',
  lib: ['es2023', 'esnext.disposable', 'dom', 'dom.asynciterable'],
  module: 'nodenext',
  moduleDetection: 'force',
  types: ['node'],
  allowImportingTsExtensions: true,
  allowJs: true,
  checkJs: true,
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noEmit: true,
  skipLibCheck: true,
}

interface Fault {
  /** Of the blocks that were compiled; undefined for a fault of the sources that they use. */
  readonly index: number | undefined
  readonly line: number
  readonly text: string
}

interface Module {
  readonly text: string
  readonly language: string
  /** What lies beside it, by name. */
  readonly beside?: Readonly<Record<string, string>>
}

/** Compiles modules in a project that has the packages of this repository. */
async function compile(modules: readonly Module[]): Promise<readonly Fault[]> {
  const folder = projectFolder()
  const files = modules.map(({ text, language, beside = {} }, i) => {
    mkdirSync(join(folder, String(i)))
    for (const [name, code] of Object.entries(beside)) writeFileSync(join(folder, String(i), name), code)
    const file = `${i}/main.${language}`
    writeFileSync(join(folder, file), text)
    return file
  })
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }))
  const { output } = await runCommand(['tsc', '-p', 'tsconfig.json', '--pretty', 'false'], {
    output: 'keep',
    cwd: folder,
  })
  const faults = Array.from(output.matchAll(/^(\S.*?)\((\d+),\d+\): error (.*(?:\n +.*)*)/gm))
  return faults
    .filter(([, file = '']) => !/^\d+\/(?!main\.)/.test(file))
    .map(([, file = '', line, text = '']) => {
      const index = /^(\d+)\/main\./.exec(file)?.[1]
      return { index: index === undefined ? undefined : Number(index), line: Number(line), text }
    })
}

function projectFolder(): string {
  const folder = temporaryFolder()
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  return folder
}

/** The blocks that a block imports by the names that pages above it, or its own, give them. */
function modulesBeside({ path, code }: Block, named: readonly Block[]): Readonly<Record<string, string>> {
  const wanted = Array.from(code.matchAll(/\bfrom '\.\/([^']+)'/g), ([, name = '']) => name)
  const above = named
    .filter((block) => posix.dirname(path).startsWith(posix.dirname(block.path)))
    .toSorted((a, b) => a.path.length - b.path.length)
  return Object.fromEntries(above.flatMap(({ name = '', code: text }) => (wanted.includes(name) ? [[name, text]] : [])))
}

/** Which public entry exports each value. */
async function readExports(): Promise<ReadonlyMap<string, string>> {
  const specifiers = listPublished().flatMap(({ manifest }) => specifiersOf(manifest))
  const names = await Promise.all(
    specifiers.map(async (specifier) => Object.keys(await import(specifier)).map((name) => [name, specifier] as const)),
  )
  return new Map(names.flat())
}

/**
 * Parts of programs made whole: what a public entry exports is imported, and what they need beside it is taken to be there. So each use of
 * what is exported is checked, and the rest of a part only for its form.
 */
async function completeParts(parts: readonly Block[]): Promise<readonly string[]> {
  const codes = parts.map(({ code }) => code)
  const faults = await compile(parts.map(({ code, language }) => ({ text: code, language })))
  const exported = await readExports()
  return codes.map((code, i) => {
    const missing = faults.filter(({ index }) => index === i).flatMap(({ text }) => nameThatIsMissing(text) ?? [])
    // In these packages it is never the surroundings' own.
    if (/\bcrypto\b/.test(code) && !/\bconst crypto\b/.test(code)) missing.push('crypto')
    const lines = Array.from(new Set(missing), (name) => {
      const from = isUse(name, code) ? exported.get(name) : undefined
      return from === undefined
        ? `declare var ${name}: any; type ${name}<A = any> = any`
        : `import { ${name} } from '${from}'`
    })
    return `${code}\n${lines.join('\n')}`
  })
}

/** Whether a part calls something, extends it or names it as a type, rather than calling its own things so. */
function isUse(name: string, code: string): boolean {
  return /^[A-Z]/.test(name) || new RegExp(`(?<!\\.)\\b${name}[(<]`).test(code)
}

function nameThatIsMissing(text: string): string | undefined {
  return /(?:Cannot find name|No value exists in scope for the shorthand property) '(\w+)'/.exec(text)?.[1]
}

/** What does not compile, of programs and of parts of programs. */
export async function judgePrograms(blocks: readonly Block[]): Promise<string[]> {
  const code = blocks.filter(({ language }) => LANGUAGES.includes(language))
  const programs = code.filter(isProgram)
  const parts = code.filter((block) => !isProgram(block) && block.language === 'ts')
  const all = [...programs, ...parts]
  const texts = [...programs.map((block) => block.code), ...(await completeParts(parts))]
  const named = blocks.filter(({ name }) => name !== undefined)
  const faults = await compile(
    all.map((block, i) => ({ text: texts[i] ?? '', language: block.language, beside: modulesBeside(block, named) })),
  )
  return faults.map(({ index, line, text }) => {
    const block = index === undefined ? undefined : all[index]
    if (block === undefined) return text
    // What was added to a part stands below it.
    return `${block.path}:${block.line + Math.min(line, block.code.split('\n').length) - 1} ${text}`
  })
}

/** Entries that need neither a chain, a socket nor a file. */
const PURE = /^(?:@sluice\/(?:protocol|testing|engine\/testing|http|client|adapters\/crypto-\w+)|@noble\/.*)$/

/** Programs that can be run anywhere: they import nothing that reaches outside, and export nothing for others to call. */
export function isRunnable({ code, language }: Block): boolean {
  const imports = Array.from(code.matchAll(/^import [^']*'([^']+)'/gm), ([, specifier = '']) => specifier)
  return language === 'ts' && imports.length > 0 && !/^export /m.test(code) && imports.every((name) => PURE.test(name))
}

/** Runs the programs that can be run anywhere, and tells which fail. */
export async function runPrograms(blocks: readonly Block[]): Promise<string[]> {
  const folder = projectFolder()
  const findings: string[] = []
  for (const [i, block] of blocks.filter(isRunnable).entries()) {
    writeFileSync(join(folder, `${i}.ts`), block.code)
    const { code, output } = await runCommand(['node', `${i}.ts`], { output: 'keep', cwd: folder })
    if (code !== 0) findings.push(`${block.path}:${block.line} ends with ${code}:\n${output.slice(0, 2000)}`)
  }
  return findings
}
