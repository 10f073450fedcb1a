// Compiles a target with one file changed, in this process: the compiler is loaded once for all mutants.

import solc from 'solc'
import { sourcesOf, type Target } from './targets.ts'

/** What replaces the built artifact's bytecode. */
export interface Compiled {
  creation: string
  runtime: string
}

/** Why something does not compile. */
export interface CompilerError {
  severity: string
  type: string
  /** In bytes. */
  sourceLocation?: { file: string; start: number }
}

interface Output {
  errors?: CompilerError[]
  contracts?: Record<string, Record<string, { evm: Record<'bytecode' | 'deployedBytecode', { object: string }> }>>
}

/** How a target is compiled. */
export type Way =
  /** Not: what is wrong is said all the same. */
  | 'checked'
  /** For the tests: in half the time, into half as much code again. */
  | 'quick'
  /** As it is deployed: mutants that mean the same often compile to the same. */
  | 'optimized'

/** Compiles with a file changed: to the bytecode, or to what is wrong. */
export type Compile = (file: string, text: string, way: Way) => Compiled | CompilerError[]

const ways = {
  // tests reach libraries by it, and its functions are small enough
  harness: { optimizer: { enabled: false } },
  // without the optimizer the stack is too small, but for one step of it
  quick: {
    viaIR: true,
    optimizer: {
      enabled: false,
      details: { yul: true, yulDetails: { stackAllocation: true, optimizerSteps: 'u' } },
    },
  },
  optimized: { viaIR: true, optimizer: { enabled: true, runs: 800 } },
}

/** Errors of code generation, for which the optimizer may have a way out; others lie in the source. */
const fromCodeGeneration = new Set([
  'CodeGenerationError',
  'CompilerError',
  'UnimplementedFeatureError',
  'YulException',
])

/** Whether the source has no fault, but the compiler could not make code of it. */
export function isTooMuch(errors: readonly CompilerError[]): boolean {
  return errors.length > 0 && errors.every(({ type }) => fromCodeGeneration.has(type))
}

/** Makes a compiler that remembers a target's sources. */
export function makeCompiler(target: Target): Compile {
  const { root, contract, isHarness } = target
  const original = sourcesOf(target)
  return (file, text, way) => {
    const sources = Object.fromEntries([...original, [file, text]].map(([path, content]) => [path, { content }]))
    const outputs = way === 'checked' ? [] : ['evm.bytecode.object', 'evm.deployedBytecode.object']
    const settings = {
      ...ways[way === 'optimized' ? way : isHarness ? 'harness' : 'quick'],
      evmVersion: 'cancun',
      metadata: { appendCBOR: false, bytecodeHash: 'none' },
      outputSelection: { [root]: { [contract]: outputs } },
    }
    const output = JSON.parse(solc.compile(JSON.stringify({ language: 'Solidity', sources, settings }))) as Output
    const evm = output.contracts?.[root]?.[contract]?.evm
    const errors = (output.errors ?? []).filter(({ severity }) => severity === 'error')
    if (evm === undefined || errors.length > 0) return errors
    return { creation: evm.bytecode.object, runtime: evm.deployedBytecode.object }
  }
}
