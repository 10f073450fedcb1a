import type { Address, Digests, Hex, Id, VirtualRecord } from '@sluice/protocol'
import type { SignedCloseRequest } from '../../ports/chain.ts'

/** Who signs a request: a signer, or a backup that holds its signatures. */
interface RequestSigner {
  readonly address: Address
  sign(digest: Hex): Hex
}

/** What stands for a signature that is made when the call goes out: of its length. */
export const UNSIGNED: Hex = `0x${'00'.repeat(65)}`

/** A year in seconds. */
const YEAR = 365n * 86_400n

/**
 * Asks whoever brings it to the chain by `deadline`, in Unix seconds, to start the close of a channel, or of virtual channels all in one
 * call and in this order.
 */
export function signCloseRequest(
  signer: RequestSigner,
  digests: Digests,
  ids: readonly Id[],
  deadline: bigint,
): SignedCloseRequest {
  const digest = digests.closeRequest({ ids, deadline })
  return { by: signer.address, deadline, signature: signer.sign(digest) }
}

/**
 * Until when a request to close a virtual channel can be used, in Unix seconds: a year past its life, so that a backup's serves its
 * owner for long. It follows from the record alone, so that who reads the backup finds the same digest; only past it, a request of
 * now is good until `least`. What it allows is no more than the end of the virtual channel's life does.
 */
export function virtualRequestDeadline({ memo }: VirtualRecord, least = 0n): bigint {
  const ahead = (memo.until[0] ?? 0n) + YEAR
  return ahead > least ? ahead : least
}
