import type { Address, Crypto, Digests, Signer } from '@sluice/protocol'
import type { Policy } from '../policy/policy.ts'
import type { Roles } from './locks/role.ts'
import type { Log } from './log.ts'
import type { Random } from './random.ts'

export type { Policy } from '../policy/policy.ts'

/** What every event may use besides the state: all of it fixed for the engine's life. */
export interface Environment {
  /** This side's signer address. */
  readonly self: Address
  /** This side's account on chain. */
  readonly account: Address
  readonly signer: Signer
  readonly crypto: Crypto
  readonly digests: Digests
  readonly policy: Policy
  readonly roles: Roles
  readonly random: Random
  readonly log: Log
}
