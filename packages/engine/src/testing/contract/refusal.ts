/**
 * Why a call is refused: the contract's errors by their names, and three that are not its own. `InsufficientFunds`: the sender
 * has less than it sends along. `AuthorizationRefused`: the token or Permit2 does not take the payer's authorization.
 */
export type RefusalName =
  | 'WrongParty'
  | 'WrongLane'
  | 'BadTerms'
  | 'SameAccount'
  | 'ZeroWindow'
  | 'BadPath'
  | 'NonceAhead'
  | 'ChannelOver'
  | 'AlreadyClosing'
  | 'NotClosing'
  | 'WindowOpen'
  | 'WindowOver'
  | 'NotSettled'
  | 'PoolEmpty'
  | 'NotParty'
  | 'NotMember'
  | 'NotNeighbours'
  | 'NoLock'
  | 'NotReceiver'
  | 'BadSignature'
  | 'StaleVoucher'
  | 'BadLocks'
  | 'LocksMismatch'
  | 'DeadlinePassed'
  | 'NothingNew'
  | 'PotTooSmall'
  | 'ShareBelowZero'
  | 'BadProof'
  | 'AlreadyUnlocked'
  | 'NotFinal'
  | 'VirtualFinal'
  | 'VirtualNotClosing'
  | 'NotHigher'
  | 'BadTick'
  | 'NeedsNative'
  | 'NothingReceived'
  | 'TooMuch'
  | 'PullFailed'
  | 'NeedsToken'
  | 'NoCredit'
  | 'CreditTooSmall'
  | 'PayoutFailed'
  | 'WrongNonce'
  | 'InsufficientFunds'
  | 'AuthorizationRefused'

/** A call that the contract does not take, with the values that its error carries. Nothing of the call happened. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly reason: RefusalName
  readonly args: readonly unknown[]

  constructor(reason: RefusalName, args: readonly unknown[]) {
    super(`${reason}(${args.join(', ')})`)
    this.reason = reason
    this.args = args
  }
}

/** Refuses the call. */
export function refuse(reason: RefusalName, ...args: readonly unknown[]): never {
  throw new Refusal(reason, args)
}
