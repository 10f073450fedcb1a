import { hash } from 'node:crypto'
import { blake2b } from '@noble/hashes/blake2.js'
import { blake3 } from '@noble/hashes/blake3.js'
import type { Sha256 } from '../car/verifier.ts'
import { BLAKE2B_256, BLAKE3, type Hashes, SHA2_256, SHA2_512 } from '../dag/cids.ts'

/** SHA-256 by the machine's own instructions. */
export const sha256: Sha256 = (bytes) => hash('sha256', bytes, 'buffer')

/** All hashes that CIDs may have. */
export const hashes: Hashes = {
  [SHA2_256]: sha256,
  [SHA2_512]: (bytes) => hash('sha512', bytes, 'buffer'),
  [BLAKE2B_256]: (bytes) => blake2b(bytes, { dkLen: 32 }),
  [BLAKE3]: (bytes) => blake3(bytes),
}
