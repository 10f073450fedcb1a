// Compiles contracts out of the Nitro protocol's own npm package, with the compiler that they ask for.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Abi, Hex } from 'viem'

/** What is needed to deploy and call a contract. */
export interface Compiled {
  readonly abi: Abi
  readonly bytecode: Hex
}

interface CompilerOutput {
  readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[]
  readonly contracts: Record<string, Record<string, { abi: Abi; evm: { bytecode: { object: string } } }>>
}

interface Compiler {
  compile(input: string, callbacks: { import(path: string): { contents: string } | { error: string } }): string
}

const require = createRequire(import.meta.url)
const nitro = '@statechannels/nitro-protocol'

/**
 * Compiles contracts of Nitro's package.
 *
 * @param paths - Their sources inside the package, like `contracts/CountingApp.sol`; a contract has its file's name.
 * @returns What each name stands for.
 * @throws Error with the compiler's words if one does not compile.
 */
export function compileNitro(...paths: readonly string[]): Map<string, Compiled> {
  const sources = paths.map((path) => `${nitro}/${path}`)
  const input = {
    language: 'Solidity',
    sources: Object.fromEntries(sources.map((source) => [source, { content: readSource(source) }])),
    settings: {
      optimizer: { enabled: true, runs: 200 },
      outputSelection: Object.fromEntries(sources.map((source) => [source, { '*': ['abi', 'evm.bytecode.object'] }])),
    },
  }
  const compiler = require('solc-0.8.17') as Compiler
  const answer = compiler.compile(JSON.stringify(input), { import: resolveImport })
  const output = JSON.parse(answer) as CompilerOutput
  const errors = (output.errors ?? []).filter(({ severity }) => severity === 'error')
  if (errors.length > 0) throw new Error(errors.map(({ formattedMessage }) => formattedMessage).join('\n'))
  return new Map(sources.map((source) => contractOf(output, source)))
}

function contractOf(output: CompilerOutput, source: string): [string, Compiled] {
  const name = source.slice(source.lastIndexOf('/') + 1, -'.sol'.length)
  const contract = output.contracts[source]?.[name]
  if (contract === undefined) throw new Error(`${source} holds no contract ${name}`)
  return [name, { abi: contract.abi, bytecode: `0x${contract.evm.bytecode.object}` }]
}

/** Nitro's adjudicator as its package ships it, compiled. */
export function nitroAdjudicator(): Compiled {
  const path = require.resolve(`${nitro}/dist/artifacts/contracts/NitroAdjudicator.sol/NitroAdjudicator.json`)
  const { abi, bytecode } = JSON.parse(readFileSync(path, 'utf8')) as Compiled
  return { abi, bytecode }
}

function readSource(path: string): string {
  return readFileSync(require.resolve(path), 'utf8')
}

function resolveImport(path: string): { contents: string } | { error: string } {
  try {
    return { contents: readSource(path) }
  } catch (cause) {
    return { error: `${path}: ${(cause as Error).message}` }
  }
}
