import { ProtocolError } from '../errors.ts'
import { type Address, NATIVE_TOKEN } from '../primitives/hex.ts'
import type { ChannelTerms, VirtualTerms } from './terms.ts'

/** Fewest members of a path: a virtual channel over one channel. */
export const MIN_PATH = 2
/** Most members of a path: four intermediaries. */
export const MAX_PATH = 6

const NOBODY: Address = NATIVE_TOKEN

/**
 * Refuses a channel's terms that nobody could sign under or be paid by, whose parties are not in order or share an account, or
 * that leave no time to answer. The contract refuses the same.
 *
 * @throws ProtocolError `TERMS_ZERO_SIGNER`, `TERMS_ZERO_ACCOUNT`, `TERMS_SIGNERS_ORDER`, `TERMS_SAME_ACCOUNT`, `TERMS_ZERO_WINDOW`,
 *   `NUMBER_OUT_OF_RANGE`.
 */
export function checkChannelTerms({ a, b, disputeWindow }: ChannelTerms): void {
  if (a.signer === NOBODY) throw new ProtocolError('TERMS_ZERO_SIGNER')
  if (a.account === NOBODY || b.account === NOBODY) throw new ProtocolError('TERMS_ZERO_ACCOUNT')
  if (a.signer >= b.signer) throw new ProtocolError('TERMS_SIGNERS_ORDER', { a: a.signer, b: b.signer })
  // Its owner could show a voucher as the receiver of a lane that it pays.
  if (a.account === b.account) throw new ProtocolError('TERMS_SAME_ACCOUNT', { account: a.account })
  checkWindow(disputeWindow)
}

/** Longest dispute window, seconds: what the signed terms have room for. */
const MAX_WINDOW = 2 ** 32 - 1

function checkWindow(disputeWindow: number): void {
  if (!Number.isInteger(disputeWindow) || disputeWindow < 0 || disputeWindow > MAX_WINDOW) {
    throw new ProtocolError('NUMBER_OUT_OF_RANGE', { field: 'disputeWindow', value: disputeWindow, max: MAX_WINDOW })
  }
  if (disputeWindow === 0) throw new ProtocolError('TERMS_ZERO_WINDOW')
}

/**
 * Refuses a virtual channel's terms whose path is too short, too long, repeated or holds nobody, or that leave no time to answer.
 *
 * @throws ProtocolError `TERMS_PATH_LENGTH`, `TERMS_ZERO_SIGNER`, `TERMS_PATH_REPEATED`, `TERMS_ZERO_WINDOW`,
 *   `NUMBER_OUT_OF_RANGE`.
 */
export function checkVirtualTerms({ path, disputeWindow }: VirtualTerms): void {
  if (path.length < MIN_PATH || path.length > MAX_PATH) {
    throw new ProtocolError('TERMS_PATH_LENGTH', { min: MIN_PATH, max: MAX_PATH, got: path.length })
  }
  if (path.includes(NOBODY)) throw new ProtocolError('TERMS_ZERO_SIGNER')
  const repeated = path.find((signer, i) => path.indexOf(signer) !== i)
  if (repeated !== undefined) throw new ProtocolError('TERMS_PATH_REPEATED', { signer: repeated })
  checkWindow(disputeWindow)
}
