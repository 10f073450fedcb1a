import { asciiToBytes, bytesToHex, concatBytes, hexToBytes, writeUint } from '../primitives/bytes.ts'
import type { Keccak256 } from '../primitives/crypto.ts'
import type { Hex } from '../primitives/hex.ts'

function sized(bytes: Uint8Array): Uint8Array {
  const length = new Uint8Array(4)
  writeUint(length, 0, bytes.length, 4, 'length')
  return concatBytes(length, bytes)
}

/**
 * What only one that has every byte of all items at hand can say of a fresh nonce: the keccak of the nonce, then of each item in ascending order of the keys its key and its bytes,
 * each after its length.
 */
export function holdingProof(keccak256: Keccak256, nonce: Hex, items: Iterable<readonly [string, Uint8Array]>): Hex {
  const sorted = [...items].sort(([one], [other]) => (one < other ? -1 : 1))
  const parts = sorted.flatMap(([key, bytes]) => [sized(asciiToBytes(key)), sized(bytes)])
  return bytesToHex(keccak256(concatBytes(hexToBytes(nonce), ...parts)))
}
