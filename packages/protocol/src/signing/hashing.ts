import type { Crypto } from '../primitives/crypto.ts'
import type { Digests } from './digests.ts'

/** What lanes need to be replayed and checked. */
export interface LaneHashing {
  readonly crypto: Crypto
  readonly digests: Digests
}
