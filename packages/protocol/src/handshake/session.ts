import type { Address, Hex } from '../primitives/hex.ts'

/** 0: who dialled. 1: who was dialled. */
export type SessionRole = 0 | 1

/**
 * What both ends of a session sign, each with its own role, to prove their signer keys and bind them to the session's
 * ephemeral keys and to the versions that each offered. Nonces: 32 random bytes of each end. Keys: X25519 public keys of each end.
 */
export interface Session {
  readonly nonceInitiator: Hex
  readonly nonceResponder: Hex
  readonly keyInitiator: Hex
  readonly keyResponder: Hex
  readonly initiator: Address
  readonly responder: Address
  /** Lowest and highest version of the protocol that each end speaks. */
  readonly minVersionInitiator: number
  readonly maxVersionInitiator: number
  readonly minVersionResponder: number
  readonly maxVersionResponder: number
  /** Whose signature this is. */
  readonly role: SessionRole
}
