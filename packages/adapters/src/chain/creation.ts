import type { Address } from '@sluice/protocol'
import { getBlockNumber, getCode } from 'viem/actions'
import type { Rpc } from './rpc/rpc.ts'

/** Heights looked at in one go. */
const PROBES = 16n

type Found = 'there' | 'absent' | 'unknown'

async function lookAt(rpc: Rpc, address: Address, blockNumber: bigint): Promise<Found> {
  try {
    const code = await getCode(rpc.client, { address, blockNumber })
    return code === undefined || code === '0x' ? 'absent' : 'there'
  } catch {
    return 'unknown'
  }
}

/**
 * A block before which a contract has logged nothing: the one that created it, or an earlier one where the endpoint does not keep old states.
 *
 * @returns its number, 0 where nothing can be said.
 */
export async function findCreation(rpc: Rpc, contract: Address): Promise<bigint> {
  let [absent, there] = [-1n, await getBlockNumber(rpc.client)]
  while (there - absent > 1n) {
    const step = (there - absent) / (PROBES + 1n) + 1n
    const heights = Array.from({ length: Number(PROBES) }, (_, i) => absent + BigInt(i + 1) * step).filter(
      (h) => h < there,
    )
    const found = await Promise.all(
      heights.map(async (height) => ({ height, is: await lookAt(rpc, contract, height) })),
    )
    const first = found.find(({ is }) => is === 'there')
    const below = found.findLast(({ height, is }) => is === 'absent' && height < (first?.height ?? there))
    if (first === undefined && below === undefined) break
    // An answer in between that is not known may hide the creation: it is looked for no further.
    if (
      found.some(
        ({ height, is }) => is === 'unknown' && height > (below?.height ?? absent) && height < (first?.height ?? there),
      )
    ) {
      absent = below?.height ?? absent
      break
    }
    there = first?.height ?? there
    absent = below?.height ?? absent
  }
  return absent + 1n
}
