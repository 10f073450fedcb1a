import type { Address } from '@sluice/protocol'
import type { Log } from 'viem'
import { getLogs } from 'viem/actions'
import { type Rpc, rpcError } from '../rpc.ts'

export interface LogRange {
  readonly contract: Address
  readonly from: bigint
  readonly to: bigint
  /** Blocks to ask for at once; halved when the node says that is too many. */
  readonly rangeBlocks: number
}

/** The contract's logs from block `from` to block `to`, in order, a range at a time. */
export async function* logsBetween(rpc: Rpc, { contract, from, to, rangeBlocks }: LogRange): AsyncGenerator<Log[]> {
  let size = BigInt(rangeBlocks)
  for (let first = from; first <= to; ) {
    const last = first + size - 1n < to ? first + size - 1n : to
    try {
      yield await getLogs(rpc.client, { address: contract, fromBlock: first, toBlock: last })
      first = last + 1n
    } catch (error) {
      if (size === 1n || rpcError(rpc.url, 'eth_getLogs', error).code === 'CHAIN_UNREACHABLE') throw error
      size /= 2n
    }
  }
}
