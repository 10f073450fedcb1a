import type { Address, Hex, PublicClient, TransactionReceipt } from 'viem'

/** What a transaction of a deployment does. */
export interface Call {
  readonly to: Address
  readonly data?: Hex
  /** Native base units. */
  readonly value?: bigint
}

/** A chain, and whoever pays on it. */
export interface Deployer {
  readonly chainId: number
  readonly client: Pick<PublicClient, 'getCode' | 'getBalance' | 'sendRawTransaction'>
  /** Sends a transaction and waits until it is mined. @throws if it failed. */
  send(call: Call): Promise<TransactionReceipt>
  /** Waits until a transaction is mined. @throws if it failed. */
  mined(hash: Hex): Promise<TransactionReceipt>
  /** Puts code at an address: only where the chain is for trying things out and its node can be told to. */
  readonly setCode?: (address: Address, code: Hex) => Promise<void>
}
