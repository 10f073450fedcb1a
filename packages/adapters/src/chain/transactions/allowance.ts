import type { Address, Hex } from '@sluice/protocol'
import { decodeFunctionResult, encodeFunctionData } from 'viem'
import { readCall } from '../rpc/reads.ts'
import type { Rpc } from '../rpc/rpc.ts'

const abi = [
  {
    type: 'function',
    name: 'allowance',
    stateMutability: 'view',
    inputs: [
      { name: 'owner', type: 'address' },
      { name: 'spender', type: 'address' },
    ],
    outputs: [{ type: 'uint256' }],
  },
  {
    type: 'function',
    name: 'approve',
    stateMutability: 'nonpayable',
    inputs: [
      { name: 'spender', type: 'address' },
      { name: 'amount', type: 'uint256' },
    ],
    outputs: [{ type: 'bool' }],
  },
] as const

/** How much of an owner's tokens a spender may pull, base units. */
export async function readAllowance(rpc: Rpc, token: Address, owner: Address, spender: Address): Promise<bigint> {
  const data = encodeFunctionData({ abi, functionName: 'allowance', args: [owner, spender] })
  return decodeFunctionResult({ abi, functionName: 'allowance', data: await readCall(rpc, token, data) })
}

/** The call that allows a spender to pull so much, base units. */
export function encodeApprove(spender: Address, amount: bigint): Hex {
  return encodeFunctionData({ abi, functionName: 'approve', args: [spender, amount] })
}
