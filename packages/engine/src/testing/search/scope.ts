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
  /** Highest seq that an honest party signs on a lane; default 6. What would need more is counted, and not followed. */
  readonly seqs?: number
  /** Highest seq of an honest lane that thieves still refuse; 0: they refuse nothing. */
  readonly refuseBelow?: number
  /** How many base units each party may pay on its lanes without a virtual channel. */
  readonly pays?: number
  /** Whether channels are closed together, too, and deadlines pass. */
  readonly together?: boolean
  /** Who withdraws a base unit, once in each of its channels, by letter. */
  readonly withdrawals?: string
  /** Whether honest parties do nothing of their own accord but open and pay: all else they do because of others, the chain or time. */
  readonly isQuiet?: boolean
  /** Most messages under way between two honest parties before either says more of its own accord; default 2. */
  readonly flight?: number
  /** Whether hubs reach their next hop only at times, so that a lock may wait to be locked on. */
  readonly sessions?: boolean
  /** Whether honest parties forget virtual channels that are over. */
  readonly forgets?: boolean
  /** Whether a payee's early vouchers are searched, too: those that come before their lock. */
  readonly early?: boolean
  /** The most that is not worth a call to hubs, base units: less than what any virtual channel can pay. They make no call for it. Nothing if left out. */
  readonly leaves?: number
  /** What hubs trust each neighbour with of that, and may lose for good, base units; default all of it. */
  readonly trusts?: number
  /** What each neighbour left before, base units: then hubs trust it with nothing. */
  readonly leftBefore?: number
  /** Whether virtual channels are prolonged, for a base unit that the hop after the first hub gets, if there is one. */
  readonly prolongs?: boolean
  /** Whether thieves keep vouchers that a newer countersigned one has killed. Only of use where that rule itself is taken away. */
  readonly oldVouchers?: boolean
}
