import { bytesToHex } from '../primitives/bytes.ts'
import type { Hex } from '../primitives/hex.ts'

/** A hash as a text of 32 code units below 256: in memory a quarter of an array of bytes, of which a lane would hold thousands. */
export type HashText = string

export const HASH_BYTES = 32

/** The code units of the text that is made next. One array for all: a text is made at once. */
const codes: number[] = Array.from({ length: HASH_BYTES }, () => 0)

export function toHashText(hash: Uint8Array): HashText {
  for (let i = 0; i < HASH_BYTES; i++) codes[i] = hash[i] ?? 0
  return String.fromCharCode.apply(undefined, codes)
}

/** Writes a hash's bytes into `target` at `offset`. */
export function writeHashText(target: Uint8Array, offset: number, hash: HashText): void {
  for (let i = 0; i < HASH_BYTES; i++) target[offset + i] = hash.charCodeAt(i)
}

export function hashTextToHex(hash: HashText): Hex {
  const bytes = new Uint8Array(HASH_BYTES)
  writeHashText(bytes, 0, hash)
  return bytesToHex(bytes)
}
