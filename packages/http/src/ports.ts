import type { Address, Id, SignedVoucher, VirtualTerms } from '@sluice/protocol'

/** An intermediary that a payee has a channel with. */
export interface Hub {
  readonly signer: Address
  /** Where its peer transport listens: `ws:` or `wss:`. */
  readonly url?: string
}

/** A payee's view of a virtual channel V that it was paid on. */
export interface Admission {
  readonly virtualId: Id
  readonly payer: Address
  /** Most that V can pay, base units. */
  readonly capacity: bigint
  /** Highest amount accepted on V, base units; durable. 0 once the payee has forgotten a V that ended. */
  accepted(): bigint
  /** Resolves with the accepted amount once it is at least `amount`; rejects with a typed error when V closes, is spent or expires, or with the signal's reason when it aborts. */
  waitFor(amount: bigint, signal: AbortSignal): Promise<bigint>
}

/** What a server needs of whoever takes the money. */
export interface Payee {
  /** CAIP-2, such as `eip155:314`. */
  readonly network: string
  /** The deployment that V lives in. */
  readonly contract: Address
  /** Receives money on chain. */
  readonly account: Address
  /** The last member of V's path. */
  readonly signer: Address
  /** Those that it has channels with in a token. The ones that most clients can reach come first: a 402 names 16 at most. */
  readonly hubs: (token: Address) => readonly Hub[]
  /** Where the payee's own peer transport listens: vouchers travel there. */
  readonly url?: string
  /**
   * Resolves once V's lock stands durably and the voucher is accepted, or was before: asking again for a V that is open is harmless,
   * also with a voucher below the highest. Waits a bounded time for the lock. Rejects with a typed error.
   */
  admit(terms: VirtualTerms, voucher: SignedVoucher, signal: AbortSignal): Promise<Admission>
}

/** What a payer asks for. Amounts in base units. */
export interface OpenVirtual {
  readonly payee: Address
  readonly payeeAccount: Address
  readonly payeeUrl?: string
  /** That url is the offer's word alone: it is dialled only where it leads to a public address. */
  readonly payeeUrlPublicOnly?: boolean
  /** The payee's hubs: the payer chooses a path through one of them, or none where it has a channel with the payee. */
  readonly hubs: readonly Hub[]
  readonly token: Address
  readonly capacity: bigint
  /** Amount of the first voucher. */
  readonly first: bigint
}

/** What a payer holds as soon as V's terms and the first voucher are signed, durable and on their way. */
export interface OpenedVirtual {
  readonly virtualId: Id
  readonly terms: VirtualTerms
  readonly first: SignedVoucher
  /** Unix seconds until which V pays, where the payer knows them. */
  readonly until?: number
}

/** What a client needs of whoever pays. */
export interface Payer {
  /** CAIP-2. */
  readonly network: string
  readonly contract: Address
  /** Opens V. Nobody's answer is waited for. */
  open(options: OpenVirtual): Promise<OpenedVirtual>
  /** Raises what is paid over V to `total` (cumulative base units); a total at or below what is paid changes nothing. Resolves once durable and sent. */
  pay(virtualId: Id, total: bigint): Promise<void>
  /** Asks that V be closed at what it paid. Resolves once its lock is folded. */
  close(virtualId: Id): Promise<void>
}

/**
 * Timers; injected, so that a test owns them. Calls back once after that many milliseconds, unless cancelled by the function returned.
 * `isIdle`: nobody waits for it, so it keeps no process from ending.
 */
export interface Timers {
  after(milliseconds: number, callback: () => void, isIdle?: boolean): () => void
}
