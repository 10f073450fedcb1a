import type { Address, Hex } from '@sluice/protocol'
import { encodeFunctionData, erc20Abi } from 'viem'
import type { Rpc } from '../rpc.ts'

/** How much of an owner's tokens a spender may pull, base units. */
export function readAllowance(rpc: Rpc, token: Address, owner: Address, spender: Address): Promise<bigint> {
  return rpc.client.readContract({ address: token, abi: erc20Abi, functionName: 'allowance', args: [owner, spender] })
}

/** The call that allows a spender to pull so much, base units. */
export function encodeApprove(spender: Address, amount: bigint): Hex {
  return encodeFunctionData({ abi: erc20Abi, functionName: 'approve', args: [spender, amount] })
}
