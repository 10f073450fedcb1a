/** A virtual channel of a scope: its path as positions in the line, payer first, and its capacity in base units. */
export interface ScopeVirtual {
  readonly path: readonly number[]
  readonly capacity: number
}

/**
 * What a search explores: parties in a line with a channel between neighbours, some of them thieves, and how much of everything there is.
 * All amounts are base units.
 */
export interface Scope {
  readonly name: string
  /** One letter a party, in the order of the line; channel `i` lies between party `i` and the next. */
  readonly parties: string
  /** Who of them cheats, by letter. */
  readonly thieves: string
  /** Deposits of both ends of each channel. */
  readonly deposits: readonly (readonly [number, number])[]
  readonly virtuals: readonly ScopeVirtual[]
  /** Highest seq of an honest lane that thieves still refuse; 0: they refuse nothing. */
  readonly refuseBelow?: number
  /** How many base units each party may pay on its lanes without a virtual channel. */
  readonly pays?: number
  /** Whether channels are closed together, too, and deadlines pass. */
  readonly together?: boolean
  /** Whether parties withdraw a base unit, once each. */
  readonly withdrawals?: boolean
  /** Most messages under way between two honest parties before either says more of its own accord; default 2. */
  readonly flight?: number
  /** Whether a payee's early vouchers are searched, too: those that come before their lock. */
  readonly early?: boolean
  /** Whether thieves keep vouchers that a newer countersigned one has killed. Only of use where that rule itself is taken away. */
  readonly oldVouchers?: boolean
}
