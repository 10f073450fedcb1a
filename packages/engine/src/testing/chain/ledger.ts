import type { Address, Hex, Id, PartyIndex } from '@sluice/protocol'

/** What the model holds of a lane. */
export interface ModelLane {
  readonly seq: bigint
  readonly paid: bigint
  readonly locked: bigint
  readonly locksRoot: Hex
}

/** What the model holds of a channel. */
export interface ModelChannel {
  readonly status: 'open' | 'closing' | 'settled' | 'closed'
  readonly token: Address
  readonly deposits: readonly [bigint, bigint]
  readonly withdrawn: readonly [bigint, bigint]
  readonly closesAt: bigint
  readonly lanes: readonly [ModelLane, ModelLane]
  readonly pools: readonly [bigint, bigint]
  /** `lane/slot` of what was unlocked. */
  readonly unlocked: ReadonlySet<string>
}

export interface ModelVirtual {
  readonly amount: bigint
  readonly finalAt: bigint
}

/** The whole state of the model. Its values are immutable; a copy of the maps is a snapshot. */
export interface Ledger {
  readonly channels: Map<Id, ModelChannel>
  readonly virtuals: Map<Id, ModelVirtual>
  /** By `token/account`, base units. */
  readonly balances: Map<string, bigint>
  /** Next nonce of each account. */
  readonly nonces: Map<Address, number>
}

export const emptyLedger = (): Ledger => ({
  channels: new Map(),
  virtuals: new Map(),
  balances: new Map(),
  nonces: new Map(),
})

/** A copy that later changes of either leave alone. */
export function copyLedger({ channels, virtuals, balances, nonces }: Ledger): Ledger {
  return {
    channels: new Map(channels),
    virtuals: new Map(virtuals),
    balances: new Map(balances),
    nonces: new Map(nonces),
  }
}

export function balanceOf(ledger: Ledger, token: Address, account: Address): bigint {
  return ledger.balances.get(`${token}/${account}`) ?? 0n
}

export function addBalance(ledger: Ledger, token: Address, account: Address, amount: bigint): void {
  ledger.balances.set(`${token}/${account}`, balanceOf(ledger, token, account) + amount)
}

/** The pair with one of its two values replaced. */
export function replaced<T>(two: readonly [T, T], index: PartyIndex, value: T): readonly [T, T] {
  return index === 0 ? [value, two[1]] : [two[0], value]
}
