import { hash } from 'node:crypto'
import type { Sha256 } from '../car/verifier.ts'

/** SHA-256 by the machine's own instructions. */
export const sha256: Sha256 = (bytes) => hash('sha256', bytes, 'buffer')
