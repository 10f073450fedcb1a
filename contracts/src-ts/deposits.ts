// What a payer signs so that somebody else may send its deposit, and pay the gas: it then needs nothing but the token.

import { type Address, encodeAbiParameters, type Hex, keccak256, parseAbiParameters, parseSignature } from 'viem'
import { type ChannelTerms, channelIdOf, type Domain } from './terms.ts'

/** Permit2 stands at one address on every chain that has it. */
export const permit2: Address = '0x000000000022D473030F116dDEE9F6B43aC78BA3'

/** For whom a deposit is. */
export interface DepositTarget extends Domain {
  readonly terms: ChannelTerms
  readonly party: 0 | 1
}

/** How a token calls itself in its own EIP-712 domain: what `eip712Domain()` tells where a token has it (ERC-5267). */
export interface TokenDomain {
  readonly name: string
  readonly version: string
}

/** An ERC-2612 permit. The owner sends the deposit itself. */
export interface PermitTerms {
  readonly tokenDomain: TokenDomain
  readonly owner: Address
  /** Base units. */
  readonly amount: bigint
  /** What the token's `nonces(owner)` tells. */
  readonly nonce: bigint
  /** Unix seconds. */
  readonly deadline: bigint
}

/** An EIP-3009 authorization, as `depositWithAuthorization` takes it, without the signature. Times are Unix seconds. */
export interface AuthorizationTerms {
  readonly from: Address
  /** Base units. */
  readonly value: bigint
  readonly validAfter: bigint
  readonly validBefore: bigint
  /** Any 32 bytes; another for each deposit of the same payer for the same party. */
  readonly salt: Hex
}

/** A Permit2 transfer, as `depositWithPermit2` takes it, without the signature. */
export interface Permit2Terms {
  readonly from: Address
  /** Base units. */
  readonly amount: bigint
  /** Any number that this owner has not used with Permit2. */
  readonly nonce: bigint
  /** Unix seconds. */
  readonly deadline: bigint
}

/**
 * What an owner signs for `depositWithPermit`.
 *
 * @returns Typed data for `signTypedData`; `permitOf` makes the call's argument of the signature.
 * @example
 * const signature = await wallet.signTypedData(permitToSign(target, permit))
 * const args = [target.terms, target.party, permit.amount, permitOf(permit.deadline, signature)]
 * await wallet.writeContract({ address, abi: sluiceAbi, functionName: 'depositWithPermit', args })
 */
export function permitToSign({ terms, ...domain }: DepositTarget, permit: PermitTerms) {
  const { tokenDomain, owner, amount, nonce, deadline } = permit
  return {
    domain: { ...tokenDomain, chainId: domain.chainId, verifyingContract: terms.token },
    types: permitTypes,
    primaryType: 'Permit',
    message: { owner, spender: domain.verifyingContract, value: amount, nonce, deadline },
  } as const
}

/** The permit as `depositWithPermit` takes it. @throws if the signature is malformed. */
export function permitOf(deadline: bigint, signature: Hex) {
  const { r, s, yParity } = parseSignature(signature)
  return { deadline, v: 27 + yParity, r, s }
}

/**
 * What a payer signs for `depositWithAuthorization` (EIP-3009). The nonce binds channel and party, so that whoever relays it can bring
 * the money nowhere else.
 *
 * @param tokenDomain - The token's own.
 * @returns Typed data for `signTypedData`.
 * @example
 * const signature = await wallet.signTypedData(authorizationToSign(target, { name: 'USD Coin', version: '2' }, terms))
 * await relay(sluiceAbi, 'depositWithAuthorization', [target.terms, target.party, { ...terms, signature }])
 */
export function authorizationToSign(target: DepositTarget, tokenDomain: TokenDomain, terms: AuthorizationTerms) {
  const { from, value, validAfter, validBefore, salt } = terms
  const bound = [channelIdOf(target.terms, target), target.party, salt] as const
  const nonce = keccak256(encodeAbiParameters(nonceParameters, bound))
  return {
    domain: { ...tokenDomain, chainId: target.chainId, verifyingContract: target.terms.token },
    types: authorizationTypes,
    primaryType: 'ReceiveWithAuthorization',
    message: { from, to: target.verifyingContract, value, validAfter, validBefore, nonce },
  } as const
}

/**
 * What a payer signs for `depositWithPermit2`, once it has approved the token to Permit2. The witness binds channel and party.
 *
 * @returns Typed data for `signTypedData`.
 * @example
 * const signature = await wallet.signTypedData(permit2ToSign(target, terms))
 * await relay(sluiceAbi, 'depositWithPermit2', [target.terms, target.party, { ...terms, signature }])
 */
export function permit2ToSign(target: DepositTarget, { amount, nonce, deadline }: Permit2Terms) {
  return {
    domain: { name: 'Permit2', chainId: target.chainId, verifyingContract: permit2 },
    types: permit2Types,
    primaryType: 'PermitWitnessTransferFrom',
    message: {
      permitted: { token: target.terms.token, amount },
      spender: target.verifyingContract,
      nonce,
      deadline,
      witness: { channelId: channelIdOf(target.terms, target), party: target.party },
    },
  } as const
}

const nonceParameters = parseAbiParameters('bytes32, uint8, bytes32')

const permitTypes = {
  Permit: [
    { name: 'owner', type: 'address' },
    { name: 'spender', type: 'address' },
    { name: 'value', type: 'uint256' },
    { name: 'nonce', type: 'uint256' },
    { name: 'deadline', type: 'uint256' },
  ],
} as const

const authorizationTypes = {
  ReceiveWithAuthorization: [
    { name: 'from', type: 'address' },
    { name: 'to', type: 'address' },
    { name: 'value', type: 'uint256' },
    { name: 'validAfter', type: 'uint256' },
    { name: 'validBefore', type: 'uint256' },
    { name: 'nonce', type: 'bytes32' },
  ],
} as const

const permit2Types = {
  PermitWitnessTransferFrom: [
    { name: 'permitted', type: 'TokenPermissions' },
    { name: 'spender', type: 'address' },
    { name: 'nonce', type: 'uint256' },
    { name: 'deadline', type: 'uint256' },
    { name: 'witness', type: 'Deposit' },
  ],
  TokenPermissions: [
    { name: 'token', type: 'address' },
    { name: 'amount', type: 'uint256' },
  ],
  Deposit: [
    { name: 'channelId', type: 'bytes32' },
    { name: 'party', type: 'uint8' },
  ],
} as const
