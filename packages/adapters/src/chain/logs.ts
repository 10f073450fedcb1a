import type { Address } from '@sluice/protocol'
import type { Log } from 'viem'
import type { Rpc } from './rpc.ts'

/** Blocks asked for at once; halved when the node says that is too many. */
const RANGE_BLOCKS = 2_000n

/** The contract's logs from block `from` to block `to`, in order, a range at a time. */
export async function* logsBetween(rpc: Rpc, contract: Address, from: bigint, to: bigint): AsyncGenerator<Log[]> {
  let size = RANGE_BLOCKS
  for (let first = from; first <= to; ) {
    const last = first + size - 1n < to ? first + size - 1n : to
    try {
      yield await rpc.client.getLogs({ address: contract, fromBlock: first, toBlock: last })
      first = last + 1n
    } catch (error) {
      if (size === 1n) throw error
      size /= 2n
    }
  }
}
