import type { Hex } from '@sluice/protocol'
import solc from 'solc'

/** A contract's code. */
export interface Compiled {
  readonly creation: Hex
  readonly runtime: Hex
}

interface Output {
  readonly contracts?: {
    readonly source: Readonly<
      Record<
        string,
        { readonly evm: Readonly<Record<'bytecode' | 'deployedBytecode', { readonly object: string }>> } | undefined
      >
    >
  }
  readonly errors?: readonly { readonly formattedMessage: string }[]
}

/** Compiles a contract of a source that imports nothing. @throws if it does not compile. */
export function compile(content: string, name: string): Compiled {
  const outputSelection = { '*': { [name]: ['evm.bytecode.object', 'evm.deployedBytecode.object'] } }
  const settings = { evmVersion: 'cancun', outputSelection }
  const output: Output = JSON.parse(
    solc.compile(JSON.stringify({ language: 'Solidity', sources: { source: { content } }, settings })),
  )
  const evm = output.contracts?.source[name]?.evm
  if (evm === undefined) throw new Error(output.errors?.map(({ formattedMessage }) => formattedMessage).join('\n'))
  return { creation: `0x${evm.bytecode.object}`, runtime: `0x${evm.deployedBytecode.object}` }
}
