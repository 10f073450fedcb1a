import { writeHex, writeUint } from '../primitives/bytes.ts'
import type { Keccak256 } from '../primitives/crypto.ts'
import type { Hex } from '../primitives/hex.ts'
import { HASH_BYTES, type HashText, toHashText, writeHashText } from './hash-text.ts'

/** An amount that is owed only as far as its condition turns out. */
export interface Lock {
  /** Base units, uint128. */
  readonly amount: bigint
  /** keccak256(abi.encode(resolver, id, side)). */
  readonly condition: Hex
}

const SLOT_AT = 1
const AMOUNT_AT = SLOT_AT + 4
const CONDITION_AT = AMOUNT_AT + 16
/** What is hashed next for a leaf. One array for all: it is hashed at once. */
const leafBytes = new Uint8Array(CONDITION_AT + 32)

/**
 * The leaf of a lock: keccak256(0x00 ++ uint32 slot ++ uint128 amount ++ condition).
 *
 * @throws ProtocolError `NUMBER_OUT_OF_RANGE`, `HEX_INVALID`.
 */
export function hashLock(keccak256: Keccak256, slot: number, { amount, condition }: Lock): Uint8Array {
  writeUint(leafBytes, SLOT_AT, slot, 4, 'slot')
  writeUint(leafBytes, AMOUNT_AT, amount, 16, 'amount')
  writeHex(leafBytes, CONDITION_AT, condition, 32, 'condition')
  return keccak256(leafBytes)
}

/** What is hashed next for a node. */
const nodeBytes = new Uint8Array(1 + 2 * HASH_BYTES).fill(0x01, 0, 1)

/** The node above two: keccak256(0x01 ++ left ++ right). */
export function hashNode(keccak256: Keccak256, left: Uint8Array, right: Uint8Array): Uint8Array {
  nodeBytes.set(left, 1)
  nodeBytes.set(right, 1 + HASH_BYTES)
  return keccak256(nodeBytes)
}

/** The same for hashes that are kept. */
export function hashNodeText(keccak256: Keccak256, left: HashText, right: HashText): HashText {
  writeHashText(nodeBytes, 1, left)
  writeHashText(nodeBytes, 1 + HASH_BYTES, right)
  return toHashText(keccak256(nodeBytes))
}
