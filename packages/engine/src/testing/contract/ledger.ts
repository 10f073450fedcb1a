import type { Address, Hex, Id, LaneIndex, PartyIndex } from '@sluice/protocol'

/** What the model holds of a lane: its voucher last shown, all zero if none was. */
export interface ModelLane {
  readonly seq: bigint
  readonly paid: bigint
  readonly locked: bigint
  readonly locksRoot: Hex
}

/** What the model holds of a channel. */
export interface ModelChannel {
  readonly status: 'open' | 'closing' | 'settled' | 'closed'
  readonly deposits: readonly [bigint, bigint]
  readonly withdrawn: readonly [bigint, bigint]
  readonly closesAt: bigint
  readonly lanes: readonly [ModelLane, ModelLane]
  readonly pools: readonly [bigint, bigint]
  /** Which slots were unlocked, by `slotKey`. */
  readonly unlocked: ReadonlySet<string>
}

/** What the model holds of a virtual channel whose window began. */
export interface ModelVirtual {
  readonly amount: bigint
  readonly finalAt: bigint
}

/**
 * The whole state of the model, and what of its surroundings calls depend on. Its values are immutable; a copy of the maps
 * is a snapshot. Amounts are base units. What is of a token and an account is kept by `holdingKey`.
 */
export interface Ledger {
  readonly channels: Map<Id, ModelChannel>
  readonly virtuals: Map<Id, ModelVirtual>
  readonly credits: Map<string, bigint>
  /** Next redirect nonce of each account. */
  readonly redirectNonces: Map<Address, bigint>
  readonly balances: Map<string, bigint>
  /** What the contract may pull. */
  readonly allowances: Map<string, bigint>
  /** Who cannot be paid. */
  readonly refusing: Set<string>
  /** What other resolvers than the contract answer, by condition. Who is not here gives no answer. */
  readonly answers: Map<Hex, bigint>
  /** Next transaction nonce of each account. */
  readonly nonces: Map<Address, number>
}

export const emptyLedger = (): Ledger => ({
  channels: new Map(),
  virtuals: new Map(),
  credits: new Map(),
  redirectNonces: new Map(),
  balances: new Map(),
  allowances: new Map(),
  refusing: new Set(),
  answers: new Map(),
  nonces: new Map(),
})

/** A copy that later changes of either leave alone. */
export function copyLedger(ledger: Ledger): Ledger {
  return {
    channels: new Map(ledger.channels),
    virtuals: new Map(ledger.virtuals),
    credits: new Map(ledger.credits),
    redirectNonces: new Map(ledger.redirectNonces),
    balances: new Map(ledger.balances),
    allowances: new Map(ledger.allowances),
    refusing: new Set(ledger.refusing),
    answers: new Map(ledger.answers),
    nonces: new Map(ledger.nonces),
  }
}

/** Where something of a token and an account stands. */
export const holdingKey = (token: Address, account: Address): string => `${token}/${account}`

/** Where a slot of a lane stands. */
export const slotKey = (lane: LaneIndex, slot: number): string => `${lane}/${slot}`

/** What is held under a token and an account; zero if nothing is. */
export function heldOf(holdings: ReadonlyMap<string, bigint>, token: Address, account: Address): bigint {
  return holdings.get(holdingKey(token, account)) ?? 0n
}

/** Adds to what is held under a token and an account. */
export function addTo(holdings: Map<string, bigint>, token: Address, account: Address, amount: bigint): void {
  holdings.set(holdingKey(token, account), heldOf(holdings, token, account) + amount)
}

/** Moves money from one account to another. */
export function move({ balances }: Ledger, token: Address, from: Address, to: Address, amount: bigint): void {
  addTo(balances, token, from, -amount)
  addTo(balances, token, to, amount)
}

/** The pair with one of its two values replaced. */
export function replaced<T>(two: readonly [T, T], index: PartyIndex, value: T): readonly [T, T] {
  return index === 0 ? [value, two[1]] : [two[0], value]
}
