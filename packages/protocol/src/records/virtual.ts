import type { Hex, Id } from '../hex.ts'
import type { Memo } from '../lane/operation.ts'
import type { VirtualTerms } from '../terms.ts'
import type { SignedVoucher } from '../voucher.ts'

/** The lock for a virtual channel in the lane that this side receives. It exists once an update with its add was accepted. */
export interface IncomingLeg {
  readonly channelId: Id
  readonly slot: number
  /** What the lock was folded at, base units; absent while it stands. An accepted fold is for ever. */
  readonly foldedAt?: bigint
}

/** The lock in the lane that this side pays on. It exists once a voucher with the lock was signed, even if that was refused later. */
export interface OutgoingLeg {
  readonly channelId: Id
  readonly slot: number
  /** Largest value at which this side ever signed a fold of it; absent if never. */
  readonly largestFold?: bigint
}

/** Why an add went no further, and what came back of its fees, base units. */
export interface Decline {
  readonly code: string
  readonly returned: bigint
}

/**
 * `early`: its payee has a voucher but not yet the lock; never on disk. `opening`: not all of this side's locks stand yet. `open`. `closing`: this side wants it folded and signs or accepts no voucher more.
 * `closed`: no lock of it is left on this side's channels, and none can come back. `spent`: its add was refused, so the id is used up.
 */
export type VirtualStatus = 'early' | 'opening' | 'open' | 'closing' | 'closed' | 'spent'

/** A virtual channel as one member of its path holds it. */
export interface VirtualRecord {
  readonly virtualId: Id
  readonly terms: VirtualTerms
  readonly memo: Memo
  /** Own index in the path: 0 the payer, the last the payee, a hub between. */
  readonly position: number
  readonly status: VirtualStatus
  /** Unix second at which this side first held it. */
  readonly since: bigint
  readonly incoming?: IncomingLeg
  readonly outgoing?: OutgoingLeg
  /** Highest voucher, revealed tick included: signed by the payer, accepted by the payee, held by a hub. */
  readonly voucher?: SignedVoucher
  /** Payer: the seed of the voucher's ticks. */
  readonly tickSeed?: Hex
  /** Unix second at which closing began here. */
  readonly closingSince?: bigint
  /** The next member towards the payee was asked to close. */
  readonly closeRequested?: boolean
  /** What the neighbour towards the payee claims: the value at which the outgoing lock is to be folded, base units. */
  readonly claimed?: bigint
  /** Unix second at which the neighbour towards the payer was asked to fold the incoming lock. */
  readonly claimedAt?: bigint
  /** The decline that this side sent, or got from the next hop. */
  readonly decline?: Decline
  /** The decline was passed on to the neighbour towards the payer. */
  readonly declineSent?: boolean
  /** Unix second at which the outgoing lock was seen to be in need of a countersignature that shows it gone. */
  readonly clearingSince?: bigint
  /** Payee: a higher voucher that was not checked yet, or waits for its lock. Never on disk: the payer sends it again in each session. */
  readonly offered?: SignedVoucher
  /** Payer: cumulative value that the payee acknowledged. Never on disk: the payee says it again in each session. */
  readonly acknowledged?: bigint
}
