// Compiles a target with one file changed, in this process: the compiler is loaded once for all mutants.

import solc from 'solc'
import { sourcesOf, type Target } from './targets.ts'

/** What replaces the built artifact's bytecode. */
export interface Compiled {
  creation: string
  runtime: string
}

interface Output {
  errors?: { severity: string; type: string }[]
  contracts?: Record<string, Record<string, { evm: Record<'bytecode' | 'deployedBytecode', { object: string }> }>>
}

/**
 * Compiles with a file changed.
 *
 * @returns The bytecode, or undefined if it does not compile.
 */
type Compile = (file: string, text: string) => Compiled | undefined

/** A target's two ways of being compiled. */
export interface Compiler {
  /** For the tests: in half the time, into half as much code again. */
  quick: Compile
  /** As it is deployed: mutants that mean the same often compile to the same. */
  optimized: Compile
}

const settings = {
  plain: { optimizer: { enabled: false } },
  // The stack does without the optimizer only by a step of it.
  quick: {
    viaIR: true,
    optimizer: {
      enabled: false,
      details: { yul: true, yulDetails: { stackAllocation: true, optimizerSteps: 'u' } },
    },
  },
  optimized: { viaIR: true, optimizer: { enabled: true, runs: 1200 } },
}

/** Errors of code generation, for which only the optimizer has a way out; others lie in the source. */
const fromCodeGeneration = new Set([
  'CodeGenerationError',
  'CompilerError',
  'UnimplementedFeatureError',
  'YulException',
])

/** Makes a compiler that remembers a target's sources. */
export function makeCompiler(target: Target): Compiler {
  const sources = sourcesOf(target)
  const compile = (file: string, text: string, mode: keyof typeof settings) => {
    const all = new Map(sources).set(file, text)
    return compiled(target, all, settings[mode])
  }
  const optimized: Compile = (file, text) => {
    const result = compile(file, text, 'optimized')
    return 'errors' in result ? undefined : result
  }
  return {
    quick: (file, text) => {
      const result = compile(file, text, target.isHarness ? 'plain' : 'quick')
      if (!('errors' in result)) return result
      return result.errors.every((type) => fromCodeGeneration.has(type)) ? optimized(file, text) : undefined
    },
    optimized,
  }
}

function compiled(
  { root, contract }: Target,
  sources: ReadonlyMap<string, string>,
  way: object,
): Compiled | { errors: string[] } {
  const input = {
    language: 'Solidity',
    sources: Object.fromEntries([...sources].map(([path, content]) => [path, { content }])),
    settings: {
      ...way,
      evmVersion: 'cancun',
      metadata: { appendCBOR: false, bytecodeHash: 'none' },
      outputSelection: { [root]: { [contract]: ['evm.bytecode.object', 'evm.deployedBytecode.object'] } },
    },
  }
  const output = JSON.parse(solc.compile(JSON.stringify(input))) as Output
  const errors = (output.errors ?? []).filter(({ severity }) => severity === 'error').map(({ type }) => type)
  const evm = output.contracts?.[root]?.[contract]?.evm
  if (evm === undefined || errors.length > 0) return { errors }
  return { creation: evm.bytecode.object, runtime: evm.deployedBytecode.object }
}
