// Compiles the contract with one file changed, in this process: the compiler is loaded once for all mutants.

import { readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import solc from 'solc'
import { contractsFolder } from '../tools/foundry.ts'

/** What replaces the built artifact's bytecode. */
export interface Compiled {
  creation: string
  runtime: string
}

interface Output {
  errors?: { severity: string }[]
  contracts?: Record<string, Record<string, { evm: Record<'bytecode' | 'deployedBytecode', { object: string }> }>>
}

const root = 'src/Sluice.sol'
const settings = {
  viaIR: true,
  evmVersion: 'cancun',
  optimizer: { enabled: true, runs: 200 },
  metadata: { appendCBOR: false, bytecodeHash: 'none' },
  outputSelection: { [root]: { Sluice: ['evm.bytecode.object', 'evm.deployedBytecode.object'] } },
}

/** The contract's sources, by path relative to the contracts folder. */
function readSources(): Map<string, string> {
  const sources = new Map<string, string>()
  const read = (path: string) => {
    if (sources.has(path)) return
    const text = readFileSync(join(contractsFolder, path), 'utf8')
    sources.set(path, text)
    for (const [, imported = ''] of text.matchAll(/from "(\..+?)";/g)) read(normalize(join(dirname(path), imported)))
  }
  read(root)
  return sources
}

/**
 * Makes a compiler that remembers the sources.
 *
 * @returns A function from a changed file to the bytecode, or undefined if it does not compile.
 */
export function makeCompiler(): (file: string, text: string) => Compiled | undefined {
  const sources = readSources()
  return (file, text) => {
    const all = new Map(sources).set(file, text)
    const input = {
      language: 'Solidity',
      sources: Object.fromEntries([...all].map(([path, content]) => [path, { content }])),
      settings,
    }
    const output = JSON.parse(solc.compile(JSON.stringify(input))) as Output
    const evm = output.contracts?.[root]?.Sluice?.evm
    if (evm === undefined || output.errors?.some((error) => error.severity === 'error')) return undefined
    return { creation: evm.bytecode.object, runtime: evm.deployedBytecode.object }
  }
}
