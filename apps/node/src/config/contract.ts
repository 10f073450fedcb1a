import type { Address } from '@sluice/protocol'
import { variableOf } from '../cli/options.ts'
import { NodeError } from '../errors.ts'

/** What of a command's values says where the contract is. */
export interface ContractValues {
  readonly chain: readonly string[]
  readonly chainId: number | undefined
  readonly contract: Address | undefined
}

/** Where the contract of a node is; what is not said is left to the chain and the addresses known for it. */
export function contractPlace({ chain, chainId, contract }: ContractValues) {
  return {
    url: chainUrlsOf({ chain }),
    ...(chainId === undefined ? {} : { chainId: BigInt(chainId) }),
    ...(contract === undefined ? {} : { contract }),
  }
}

/**
 * The chain's addresses. They are asked for only where an engine runs: a command that talks to a running node needs none.
 *
 * @throws NodeError VALUE_MISSING
 */
export function chainUrlsOf({ chain }: Pick<ContractValues, 'chain'>): readonly [string, ...string[]] {
  const [first, ...others] = chain
  if (first !== undefined) return [first, ...others]
  throw new NodeError('VALUE_MISSING', { name: '--chain', flag: 'chain', variable: variableOf('chain'), key: 'chain' })
}
