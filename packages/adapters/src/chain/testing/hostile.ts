import type { Address, Hex } from '@sluice/protocol'
import type { Anvil } from '../../local-chain/index.ts'
import { compile } from './compile.ts'

// Each takes calls with any data too, so that a token with hooks would meet the same.
const SOURCE = `
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;
contract Burner {
  fallback() external payable { for (uint256 i = 1; i != 0; ++i) { } }
}
contract Refuser {
  fallback() external payable { revert("no"); }
}
contract TwoFaced {
  fallback() external payable { if (tx.gasprice != 0) for (uint256 i = 1; i != 0; ++i) { } }
}
interface Payer { function pushCredit(address account, address token) external; }
contract Reenterer {
  fallback() external payable { Payer(msg.sender).pushCredit(address(this), address(0)); }
}
contract Bomber {
  fallback() external payable { assembly { return(0, 4000000) } }
}
contract Spender {
  uint256 private spent;
  fallback() external payable { while (gasleft() > 70000) ++spent; }
}`

/**
 * Accounts that spoil what others pay them: one burns all gas that it gets, one reverts, one takes the money only at a gas price of
 * zero, as in a question that names none, one calls the contract back, one answers with megabytes, and one leaves just what is needed.
 */
export const hostileKinds = ['Burner', 'Refuser', 'TwoFaced', 'Reenterer', 'Bomber', 'Spender'] as const

export type HostileKind = (typeof hostileKinds)[number]

/** The code of a hostile account. */
export const hostileCode = (kind: HostileKind): Hex => compile(SOURCE, kind).runtime

/** Puts a hostile account on a local chain, at an address of its own. */
export async function placeHostile(local: Pick<Anvil, 'rpc'>, kind: HostileKind): Promise<Address> {
  const account: Address = `0x${'bad'.repeat(13)}${hostileKinds.indexOf(kind)}`
  await local.rpc('anvil_setCode', account, hostileCode(kind))
  return account
}
