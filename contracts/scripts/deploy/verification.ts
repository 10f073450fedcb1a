// What block explorers ask for to verify a contract's source: the compiler's standard JSON input.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ContractName } from '../../src-ts/deployment.ts'

interface Metadata {
  readonly compiler: { readonly version: string }
  readonly settings: {
    readonly optimizer: unknown
    readonly metadata: unknown
    readonly evmVersion: string
    readonly viaIR?: boolean
    readonly compilationTarget: Record<string, string>
  }
  readonly sources: Record<string, unknown>
}

/** What to hand to an explorer. */
export interface VerificationInput {
  /** Like `src/Sluice.sol:Sluice`. */
  readonly contract: string
  /** The compiler's, in full. */
  readonly compilerVersion: string
  /** The standard JSON input: every source in full. */
  readonly input: object
}

/**
 * Reads what the last build compiled a contract from.
 *
 * @param contractsFolder - The Foundry project.
 * @param name - The contract.
 * @throws Error if it was not built.
 */
export function verificationInput(contractsFolder: string, name: ContractName): VerificationInput {
  const { compiler, settings, sources } = readMetadata(contractsFolder, name)
  const { optimizer, metadata, evmVersion, viaIR = false } = settings
  const [target = ''] = Object.keys(settings.compilationTarget)
  const contents = Object.keys(sources).map((path) => [
    path,
    { content: readFileSync(join(contractsFolder, path), 'utf8') },
  ])
  return {
    contract: `${target}:${name}`,
    compilerVersion: `v${compiler.version}`,
    input: {
      language: 'Solidity',
      sources: Object.fromEntries(contents),
      settings: {
        optimizer,
        metadata,
        evmVersion,
        viaIR,
        outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object', 'evm.deployedBytecode.object'] } },
      },
    },
  }
}

function readMetadata(contractsFolder: string, name: ContractName): Metadata {
  const path = join(contractsFolder, 'out', `${name}.sol`, `${name}.json`)
  try {
    return (JSON.parse(readFileSync(path, 'utf8')) as { metadata: Metadata }).metadata
  } catch (cause) {
    throw new Error(`${name} is not built: run \`npm run build -w contracts\``, { cause })
  }
}
