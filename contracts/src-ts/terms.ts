import { type Address, type Hex, hashTypedData } from 'viem'

/** A channel's terms, as the contract takes them. The window is in seconds. */
export interface ChannelTerms {
  readonly a: { readonly account: Address; readonly signer: Address }
  readonly b: { readonly account: Address; readonly signer: Address }
  readonly token: Address
  readonly disputeWindow: number
  readonly nonce: bigint
}

/** Where a contract stands: what its ids are bound to. */
export interface Domain {
  readonly chainId: number
  readonly verifyingContract: Address
}

const types = {
  Party: [
    { name: 'account', type: 'address' },
    { name: 'signer', type: 'address' },
  ],
  ChannelTerms: [
    { name: 'a', type: 'Party' },
    { name: 'b', type: 'Party' },
    { name: 'token', type: 'address' },
    { name: 'disputeWindow', type: 'uint32' },
    { name: 'nonce', type: 'uint64' },
  ],
} as const

/**
 * A channel's id: the EIP-712 digest of its terms.
 *
 * @param terms - The terms.
 * @param domain - Chain and contract.
 */
export function channelIdOf(terms: ChannelTerms, { chainId, verifyingContract }: Domain): Hex {
  const domain = { name: 'Sluice', version: '1', chainId, verifyingContract }
  return hashTypedData({ domain, types, primaryType: 'ChannelTerms', message: terms })
}

const WORD = 64
// hex digits of zeros before each field of the terms, as ABI encoding pads them
const layout = /^0{24}(.{40})0{24}(.{40})0{24}(.{40})0{24}(.{40})0{24}(.{40})0{56}(.{8})0{48}(.{16})$/

/**
 * Finds a channel's terms in the input of a transaction that deposited into it. Events tell an id alone; whoever lost its terms finds
 * them by the transaction, also where a relayer or a contract wallet wrapped the call into another.
 *
 * @param input - The transaction's input.
 * @param channelId - What `Deposited` told.
 * @param domain - Chain and contract.
 * @returns The terms, or undefined if they are not in there.
 */
export function findChannelTerms(input: Hex, channelId: Hex, domain: Domain): ChannelTerms | undefined {
  const digits = input.slice(2).toLowerCase()
  for (let at = 0; at + 7 * WORD <= digits.length; at += 2) {
    const terms = termsIn(digits.slice(at, at + 7 * WORD))
    if (terms !== undefined && channelIdOf(terms, domain) === channelId.toLowerCase()) return terms
  }
  return undefined
}

function termsIn(words: string): ChannelTerms | undefined {
  const [, accountA, signerA, accountB, signerB, token, window, nonce] = layout.exec(words) ?? []
  if (nonce === undefined) return undefined
  return {
    a: { account: `0x${accountA}`, signer: `0x${signerA}` },
    b: { account: `0x${accountB}`, signer: `0x${signerB}` },
    token: `0x${token}`,
    disputeWindow: Number(`0x${window}`),
    nonce: BigInt(`0x${nonce}`),
  }
}
