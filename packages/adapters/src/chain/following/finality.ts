import { getBlock } from 'viem/actions'
import type { Rpc } from '../rpc.ts'

/** When a block counts as final: as the node says, or under so many blocks. */
export type Finality =
  | { readonly type: 'tag'; readonly tag: 'finalized' | 'safe' }
  | { readonly type: 'depth'; readonly blocks: number }

/** The number of the newest final block; undefined while there is none. */
export async function finalNumber(rpc: Rpc, finality: Finality, head: bigint): Promise<bigint | undefined> {
  if (finality.type === 'depth') {
    const number = head - BigInt(finality.blocks)
    return number < 0n ? undefined : number
  }
  const { number } = await getBlock(rpc.client, { blockTag: finality.tag })
  return number < head ? number : head
}
