import { concatBytes, hexToBytes, uint32ToBytes, uint128ToBytes } from '../primitives/bytes.ts'
import type { Keccak256 } from '../primitives/crypto.ts'
import type { Hex } from '../primitives/hex.ts'

/** An amount that is owed only as far as its condition turns out. */
export interface Lock {
  /** Base units, uint128. */
  readonly amount: bigint
  /** keccak256(abi.encode(resolver, id, side)). */
  readonly condition: Hex
}

/**
 * The leaf of a lock: keccak256(0x00 ++ uint32 slot ++ uint128 amount ++ condition).
 *
 * @throws ProtocolError `NUMBER_OUT_OF_RANGE`, `HEX_INVALID`.
 */
export function hashLock(keccak256: Keccak256, slot: number, lock: Lock): Uint8Array {
  return keccak256(
    concatBytes(
      Uint8Array.of(0x00),
      uint32ToBytes(slot, 'slot'),
      uint128ToBytes(lock.amount, 'amount'),
      hexToBytes(lock.condition, 32, 'condition'),
    ),
  )
}

/** The node above two: keccak256(0x01 ++ left ++ right). */
export function hashNode(keccak256: Keccak256, left: Uint8Array, right: Uint8Array): Uint8Array {
  return keccak256(concatBytes(Uint8Array.of(0x01), left, right))
}
