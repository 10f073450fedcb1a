import { ProtocolError } from '../errors.ts'
import { bytesToUint, uint32ToBytes } from '../primitives/bytes.ts'

/** How many random bytes a nonce holds. */
const RANDOM_BYTES = 4

/**
 * Seconds by which the minute in a nonce may be ahead of a block for the contract to write anything down under an id of such terms. So an id
 * of which the chain knows something at a block's time may be one whose minute comes this much later.
 */
export const NONCE_AHEAD_MAX = 86_400

/**
 * A nonce for terms: the Unix minute of its making in the top 32 bits, the random bytes in the rest.
 *
 * @param now Unix seconds.
 * @param random 4 random bytes.
 * @throws ProtocolError `BYTES_LENGTH`, `NUMBER_OUT_OF_RANGE`.
 * @example `makeNonce(1_790_000_000n, crypto.getRandomValues(new Uint8Array(4)))`
 */
export function makeNonce(now: bigint, random: Uint8Array): bigint {
  if (random.length !== RANDOM_BYTES) {
    throw new ProtocolError('BYTES_LENGTH', { field: 'random', got: random.length, expected: RANDOM_BYTES })
  }
  const minute = bytesToUint(uint32ToBytes(now / 60n, 'minute'))
  return (minute << 32n) | bytesToUint(random)
}

/** The Unix minute in which a nonce was made, by its maker's word. */
export function nonceMinute(nonce: bigint): bigint {
  return nonce >> 32n
}
