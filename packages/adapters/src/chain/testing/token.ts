import type { Address, Hex } from '@sluice/protocol'
import { encodeDeployData, encodeFunctionData, erc20Abi } from 'viem'
import type { Anvil } from '../../local-chain/index.ts'
import { compile } from './compile.ts'

/** What a token is put on. */
export type TokenChain = Pick<Anvil, 'rpc' | 'mine'>

/** Like some tokens in use, it refuses to change an allowance that is neither zero before nor after. */
const SOURCE = `
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;
contract Token {
  mapping(address => uint256) public balanceOf;
  mapping(address => mapping(address => uint256)) public allowance;
  constructor(address owner) { balanceOf[owner] = 1_000_000; }
  function approve(address spender, uint256 amount) external returns (bool) {
    require(amount == 0 || allowance[msg.sender][spender] == 0, "set it to zero first");
    allowance[msg.sender][spender] = amount;
    return true;
  }
  function transfer(address to, uint256 amount) external returns (bool) {
    balanceOf[msg.sender] -= amount;
    balanceOf[to] += amount;
    return true;
  }
  function transferFrom(address from, address to, uint256 amount) external returns (bool) {
    allowance[from][msg.sender] -= amount;
    balanceOf[from] -= amount;
    balanceOf[to] += amount;
    return true;
  }
}`

/** Anvil sends for its own accounts without a signature. */
async function send(
  local: TokenChain,
  transaction: { from: Address; to?: Address; data: Hex },
): Promise<Address | null> {
  const hash = await local.rpc<Hex>('eth_sendTransaction', transaction)
  for (;;) {
    const receipt = await local.rpc<{ contractAddress: Address | null } | null>('eth_getTransactionReceipt', hash)
    if (receipt !== null) return receipt.contractAddress
    await local.mine()
  }
}

/** Puts a token on the chain, all of it the owner's: a million base units. */
export async function deployToken(local: TokenChain, owner: Address): Promise<Address> {
  const inputs = [{ type: 'address', name: 'owner' }] as const
  const abi = [{ type: 'constructor', inputs, stateMutability: 'nonpayable' }] as const
  const data = encodeDeployData({ abi, bytecode: compile(SOURCE, 'Token').creation, args: [owner] })
  const [from] = await local.rpc<readonly Address[]>('eth_accounts')
  if (from === undefined) throw new Error('the chain has no accounts of its own')
  const address = await send(local, { from, data })
  if (address === null) throw new Error('the token was not deployed')
  return address
}

/** Lets the spender pull so much. */
export async function allow(
  local: TokenChain,
  token: Address,
  owner: Address,
  spender: Address,
  amount: bigint,
): Promise<void> {
  const data = encodeFunctionData({ abi: erc20Abi, functionName: 'approve', args: [spender, amount] })
  await send(local, { from: owner, to: token, data })
}

/** How much the spender may pull. */
export async function allowanceOf(
  local: TokenChain,
  token: Address,
  owner: Address,
  spender: Address,
): Promise<bigint> {
  const data = encodeFunctionData({ abi: erc20Abi, functionName: 'allowance', args: [owner, spender] })
  return BigInt(await local.rpc<Hex>('eth_call', { to: token, data }, 'latest'))
}

/** What an account has of a token, base units. */
export async function tokenBalance(local: TokenChain, token: Address, account: Address): Promise<bigint> {
  const data = encodeFunctionData({ abi: erc20Abi, functionName: 'balanceOf', args: [account] })
  return BigInt(await local.rpc<Hex>('eth_call', { to: token, data }, 'latest'))
}

/** Gives tokens of an owner to another account: anvil acts for the owner. */
export async function giveTokens(local: TokenChain, token: Address, from: Address, to: Address, amount: bigint) {
  await local.rpc('anvil_impersonateAccount', from)
  await send(local, {
    from,
    to: token,
    data: encodeFunctionData({ abi: erc20Abi, functionName: 'transfer', args: [to, amount] }),
  })
  await local.rpc('anvil_stopImpersonatingAccount', from)
}
