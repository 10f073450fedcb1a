import type { Address, Hex } from '@sluice/protocol'
import { toHex } from 'viem'
import type { Rpc } from './rpc.ts'

/** A call as it would be sent. `value` and fees: native base units. */
export interface EstimatedCall {
  readonly from: Address
  readonly to: Address
  readonly data: Hex
  readonly value: bigint
  readonly maxFeePerGas?: bigint
  readonly maxPriorityFeePerGas?: bigint
  /** Most gas that it is tried with. Default: what the node takes. */
  readonly gas?: bigint
}

/** What a contract answers to a call by nobody, as of the newest block. `0x` where there is none. */
export async function readCall({ client }: Rpc, to: Address, data: Hex): Promise<Hex> {
  return client.request({ method: 'eth_call', params: [{ to, data }, 'latest'] })
}

/** Native base units of an account as of the newest block. */
export async function readBalance({ client }: Rpc, account: Address): Promise<bigint> {
  return BigInt(await client.request({ method: 'eth_getBalance', params: [account, 'latest'] }))
}

/** How much gas a call takes as of the newest block. The reason of a revert is in what it rejects with. */
export async function estimateCall({ client }: Rpc, call: EstimatedCall): Promise<bigint> {
  const { from, to, data, value, gas, maxFeePerGas, maxPriorityFeePerGas } = call
  const request = {
    from,
    to,
    data,
    value: toHex(value),
    ...(gas !== undefined && { gas: toHex(gas) }),
    ...(maxFeePerGas !== undefined && { maxFeePerGas: toHex(maxFeePerGas) }),
    ...(maxPriorityFeePerGas !== undefined && { maxPriorityFeePerGas: toHex(maxPriorityFeePerGas) }),
  }
  return BigInt(await client.request({ method: 'eth_estimateGas', params: [request] }))
}
