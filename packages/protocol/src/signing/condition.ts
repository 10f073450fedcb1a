import { bytesToHex } from '../primitives/bytes.ts'
import type { Keccak256 } from '../primitives/crypto.ts'
import type { Address, Hex, Id } from '../primitives/hex.ts'
import { addressWord, bytes32Word, encodeWords, uintWord } from './eip712.ts'

/**
 * The condition of a lock: keccak256(abi.encode(resolver, id, side)). For a virtual channel the resolver is the Sluice
 * contract and the side 0.
 *
 * @throws ProtocolError `HEX_INVALID`, `NUMBER_OUT_OF_RANGE` (side is a uint8).
 */
export function lockCondition(keccak256: Keccak256, resolver: Address, id: Id, side: number): Hex {
  return bytesToHex(
    keccak256(encodeWords([addressWord('resolver', resolver), bytes32Word('id', id), uintWord('side', side, 1)])),
  )
}
