import type { Address, ChannelTerms, Hex, PartyIndex, VirtualTerms } from '@sluice/protocol'
import type {
  LaneLocks,
  LockProof,
  Redemption,
  SignedCloseRequest,
  SignedLaneVoucher,
  Subtree,
} from '../../ports/chain.ts'

interface OfChannel {
  readonly terms: ChannelTerms
}

interface OfVirtual {
  readonly terms: VirtualTerms
}

/** Whose payout is to be credited rather than paid: 1 for a, 2 for b, 3 for both. Nobody's if left out. */
interface Paying {
  readonly asCredit?: number
}

interface Deposit extends OfChannel {
  readonly party: number
}

/** What both parties sign together. */
interface Together extends OfChannel, Paying {
  readonly signatures: readonly [a: Hex, b: Hex]
}

interface Unlocking extends OfChannel, Paying {
  readonly lane: number
  /** The lane's locked sum, of the voucher last shown. */
  readonly locked: bigint
}

/** A wish to pay a credit somewhere else, with its EIP-712 digest and the account's signature over that. */
export interface SignedRedirect {
  readonly account: Address
  readonly token: Address
  readonly to: Address
  readonly amount: bigint
  readonly nonce: bigint
  readonly deadline: bigint
  readonly digest: Hex
  readonly signature: Hex
}

/**
 * A call of the contract: named as in ISluice, with vouchers, locks and signatures as the protocol has them. A voucher's own
 * channelId or virtualId counts for nothing: the contract makes the id of the terms. Where a token or Permit2 judges a payer's
 * signature, the call says what that signature is bound to, and the model whether that is this deposit.
 */
export type ContractCall =
  | (Deposit & { readonly type: 'depositWithValue'; readonly value: bigint })
  | (Deposit & { readonly type: 'depositWithAllowance'; readonly amount: bigint })
  /** `isTaken`: whether the token takes the sender's permit over the amount. */
  | (Deposit & { readonly type: 'depositWithPermit'; readonly amount: bigint; readonly isTaken: boolean })
  /** `signedNonce`: the EIP-3009 nonce that the payer signed. */
  | (Deposit & {
      readonly type: 'depositWithAuthorization'
      readonly from: Address
      readonly value: bigint
      readonly salt: Hex
      readonly signedNonce: Hex
    })
  /** `signedWitness`: the hash of the witness that the payer signed. */
  | (Deposit & {
      readonly type: 'depositWithPermit2'
      readonly from: Address
      readonly amount: bigint
      readonly signedWitness: Hex
    })
  | (Together & {
      readonly type: 'withdraw'
      readonly party: PartyIndex
      readonly total: bigint
      readonly deadline: bigint
    })
  | (Together & {
      readonly type: 'close'
      readonly from: PartyIndex
      readonly amount: bigint
      readonly deadline: bigint
    })
  | (OfChannel & { readonly type: 'startClose'; readonly voucher?: SignedLaneVoucher })
  | (OfChannel & {
      readonly type: 'startCloseFor'
      readonly voucher?: SignedLaneVoucher
      readonly request: SignedCloseRequest
    })
  | (OfChannel & { readonly type: 'updateLane'; readonly voucher: SignedLaneVoucher })
  | (OfChannel & { readonly type: 'updateLanes'; readonly vouchers: readonly SignedLaneVoucher[] })
  | (OfChannel & Paying & { readonly type: 'settle'; readonly locks: readonly [LaneLocks, LaneLocks] })
  | (Unlocking & { readonly type: 'unlock'; readonly item: LockProof })
  | (Unlocking & { readonly type: 'unlockBatch'; readonly items: readonly LockProof[] })
  | (Unlocking & { readonly type: 'unlockSubtree'; readonly subtree: Subtree })
  | (OfVirtual & { readonly type: 'closeVirtual' })
  | (OfVirtual & { readonly type: 'closeVirtualFor'; readonly request: SignedCloseRequest })
  | { readonly type: 'closeVirtuals'; readonly items: readonly VirtualTerms[] }
  | {
      readonly type: 'closeVirtualsFor'
      readonly items: readonly VirtualTerms[]
      readonly request: SignedCloseRequest
    }
  | {
      readonly type: 'closeVirtualsByLocks'
      readonly items: readonly VirtualTerms[]
      readonly channel: ChannelTerms
      readonly lane: number
      readonly locked: bigint
      readonly subtree: Subtree
    }
  | (Redemption & { readonly type: 'redeem' })
  | { readonly type: 'redeemBatch'; readonly items: readonly Redemption[] }
  /** All of one path behind the payer, one token and one window; their vouchers have no ticks. */
  | { readonly type: 'redeemGroup'; readonly items: readonly Redemption[] }
  | { readonly type: 'pushCredit'; readonly account: Address; readonly token: Address }
  | { readonly type: 'redirectCredit'; readonly token: Address; readonly to: Address; readonly amount: bigint }
  | { readonly type: 'redirectCreditFor'; readonly redirect: SignedRedirect }
  | { readonly type: 'cancelRedirect'; readonly nonce: bigint }

/** The call of one type. */
export type CallOf<T extends ContractCall['type']> = Extract<ContractCall, { readonly type: T }>
