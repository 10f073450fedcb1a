import type { ChainCall } from '@sluice/engine'
import type { Address, ChannelTerms, PartyIndex } from '@sluice/protocol'

/** A call that pays parties of a channel. */
export type PayingCall = ChainCall & { readonly type: 'withdraw' | 'close' | 'settle' | 'unlock' | 'unlockSubtree' }

/** Parties of a channel as the contract takes them: 1 for a, 2 for b, 3 for both. */
export type PartyMask = 0 | 1 | 2 | 3

/** Nobody. */
export const NOBODY: PartyMask = 0

const paying: ReadonlySet<ChainCall['type']> = new Set(['withdraw', 'close', 'settle', 'unlock', 'unlockSubtree'])

export function isPaying(call: ChainCall): call is PayingCall {
  return paying.has(call.type)
}

const maskOf = (party: PartyIndex): PartyMask => (party === 0 ? 1 : 2)

/** All of one mask that is not in the other. */
export const without = (mask: PartyMask, other: PartyMask): PartyMask => (mask & ~other) as PartyMask
/** All of both masks. */
export const union = (mask: PartyMask, other: PartyMask): PartyMask => (mask | other) as PartyMask
/** How many parties a mask names. */
export const countOf = (mask: PartyMask): bigint => BigInt((mask & 1) + (mask >> 1))

/** Whom a call may pay. */
export function payeesOf(call: PayingCall): PartyMask {
  return call.type === 'withdraw' ? maskOf(call.withdrawal.party) : 3
}

/** The accounts of the parties that a mask names. */
export function accountsOf({ a, b }: ChannelTerms, mask: PartyMask): readonly Address[] {
  return [...((mask & 1) === 0 ? [] : [a.account]), ...((mask & 2) === 0 ? [] : [b.account])]
}

/** Which of these parties have one of the accounts. */
export function partiesOf({ a, b }: ChannelTerms, mask: PartyMask, accounts: readonly Address[]): PartyMask {
  const named = (accounts.includes(a.account) ? 1 : 0) | (accounts.includes(b.account) ? 2 : 0)
  return (mask & named) as PartyMask
}

/** The side that the sender is on; nobody if it is on neither. */
export function sideOf({ a, b }: ChannelTerms, sender: Address): PartyMask {
  if (a.account === sender || a.signer === sender) return 1
  return b.account === sender || b.signer === sender ? 2 : NOBODY
}

/** What of a transaction tells afterwards whether its pushes went well. */
export interface Payout {
  readonly call: PayingCall
  /** Who was pushed to. */
  readonly pushed: PartyMask
  /** Gas that honest recipients do not exceed. */
  readonly dear: bigint
}
