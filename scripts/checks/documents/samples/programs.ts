import { symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
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

/** Compiles texts as modules of a project that has the packages of this repository. */
async function compile(texts: readonly string[], languages: readonly string[]): Promise<readonly Fault[]> {
  const folder = temporaryFolder()
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  const files = texts.map((text, i) => {
    const name = `${i}.${languages[i] ?? 'ts'}`
    writeFileSync(join(folder, name), text)
    return name
  })
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  const { output } = await runCommand(['tsc', '-p', 'tsconfig.json', '--pretty', 'false'], {
    output: 'keep',
    cwd: folder,
  })
  return Array.from(
    output.matchAll(/^(\S.*?)\((\d+),\d+\): error (.*(?:\n +.*)*)/gm),
    ([, file = '', line, text = '']) => {
      const index = /^\d+(?=\.\w+$)/.exec(file)?.[0]
      return { index: index === undefined ? undefined : Number(index), line: Number(line), text }
    },
  )
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
  const faults = await compile(
    codes,
    parts.map(() => 'ts'),
  )
  const exported = await readExports()
  return codes.map((code, i) => {
    const missing = faults.filter(({ index }) => index === i).flatMap(({ text }) => nameThatIsMissing(text) ?? [])
    // In these packages it is never the surroundings' own.
    if (/\bcrypto\b/.test(code) && !/\bconst crypto\b/.test(code)) missing.push('crypto')
    const lines = Array.from(new Set(missing), (name) => {
      const from = exported.get(name)
      return from === undefined
        ? `declare var ${name}: any; type ${name}<A = any> = any`
        : `import { ${name} } from '${from}'`
    })
    return `${code}\n${lines.join('\n')}`
  })
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
  const faults = await compile(
    texts,
    all.map(({ language }) => language),
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
  const folder = temporaryFolder()
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  const findings: string[] = []
  for (const [i, block] of blocks.filter(isRunnable).entries()) {
    writeFileSync(join(folder, `${i}.ts`), block.code)
    const { code, output } = await runCommand(['node', `${i}.ts`], { output: 'keep', cwd: folder })
    if (code !== 0) findings.push(`${block.path}:${block.line} ends with ${code}:\n${output.slice(0, 2000)}`)
  }
  return findings
}
