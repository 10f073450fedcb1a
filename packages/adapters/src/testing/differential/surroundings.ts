// What stands beside the contract. Tokens and Permit2 judge signatures in the contract's place: here a signature is good that
// repeats what it is to be bound to, which is what the contract passes on.

import type { Hex } from '@sluice/protocol'
import { parseAbi } from 'viem'
import { compile } from '../../chain/testing/compile.ts'

const SOURCE = `
// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

error AuthorizationRefused();

contract Token {
  mapping(address => uint256) public balanceOf;
  mapping(address => mapping(address => uint256)) public allowance;
  mapping(address => bool) public isRefused;

  // every second owner lets the spender pull all that it has
  constructor(address[] memory owners, address spender) {
    for (uint256 i; i < owners.length; ++i) {
      balanceOf[owners[i]] = 1 << 200;
      if (i % 2 == 1) allowance[owners[i]][spender] = 1 << 200;
    }
  }

  function refuse(address to, bool isRefused_) external { isRefused[to] = isRefused_; }

  function permit(address owner, address spender, uint256 value, uint256, uint8 v, bytes32, bytes32) external {
    require(v == 27);
    allowance[owner][spender] = value;
  }

  function transfer(address to, uint256 amount) external returns (bool) {
    if (isRefused[to]) return false;
    move(msg.sender, to, amount);
    return true;
  }

  function transferFrom(address from, address to, uint256 amount) external returns (bool) {
    if (msg.sender != 0x000000000022D473030F116dDEE9F6B43aC78BA3) allowance[from][msg.sender] -= amount;
    move(from, to, amount);
    return true;
  }

  function receiveWithAuthorization(
    address from, address to, uint256 value, uint256, uint256, bytes32 nonce, uint8, bytes32 r, bytes32
  ) external {
    if (to != msg.sender || r != nonce || balanceOf[from] < value) revert AuthorizationRefused();
    move(from, to, value);
  }

  function move(address from, address to, uint256 amount) private {
    balanceOf[from] -= amount;
    balanceOf[to] += amount;
  }
}

contract Permit2 {
  struct TokenPermissions { address token; uint256 amount; }
  struct PermitTransferFrom { TokenPermissions permitted; uint256 nonce; uint256 deadline; }
  struct SignatureTransferDetails { address to; uint256 requestedAmount; }

  function permitWitnessTransferFrom(
    PermitTransferFrom calldata transfer, SignatureTransferDetails calldata details, address owner, bytes32 witness,
    string calldata, bytes calldata signature
  ) external {
    if (bytes32(signature) != witness || details.requestedAmount != transfer.permitted.amount) {
      revert AuthorizationRefused();
    }
    Token token = Token(transfer.permitted.token);
    if (token.balanceOf(owner) < details.requestedAmount) revert AuthorizationRefused();
    token.transferFrom(owner, details.to, details.requestedAmount);
  }
}`

/** What the test asks of the token, and how token and Permit2 refuse. */
export const surroundingsAbi = parseAbi([
  'constructor(address[] owners, address spender)',
  'function refuse(address to, bool isRefused)',
  'function balanceOf(address) view returns (uint256)',
  'error AuthorizationRefused()',
])

export const tokenCode = (): Hex => compile(SOURCE, 'Token').creation
export const permit2Code = (): Hex => compile(SOURCE, 'Permit2').runtime

/** Code that takes no payment: PUSH1 0, PUSH1 0, REVERT. */
export const refusingCode: Hex = '0x60006000fd'
/** Code that takes any: STOP. */
export const takingCode: Hex = '0x00'

/** Code of a resolver that says of everything that it is final, and this amount: below 256. */
export const resolverCode = (amount: number): Hex =>
  `0x600160005260${amount.toString(16).padStart(2, '0')}60205260406000f3`
