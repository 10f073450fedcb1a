import type { Address } from '@sluice/protocol'
import type { SecureSession } from './session.ts'

/** What becomes of a new session with a peer: it is kept, and one that it takes the place of is ended; or the old one stays. */
export type Verdict =
  | { readonly keep: 'new'; readonly replaced?: SecureSession }
  | { readonly keep: 'old'; readonly old: SecureSession }

/** The live sessions, at most one a peer. */
export class SessionTable {
  readonly #self: Address
  readonly #sessions = new Map<Address, SecureSession>()

  constructor(self: Address) {
    this.#self = self
  }

  get(peer: Address): SecureSession | undefined {
    return this.#sessions.get(peer)
  }

  all(): SecureSession[] {
    return [...this.#sessions.values()]
  }

  /**
   * Takes a new session in, or not. When both dial at once, both ends come to keep the one that the lower signer dialled.
   * A peer that was started anew, or dials again the way it dialled before, has lost its old session.
   */
  admit(session: SecureSession): Verdict {
    const old = this.#sessions.get(session.peer)
    const rivals = old !== undefined && old.instance === session.instance && old.role !== session.role
    if (rivals && this.#dialler(old) < this.#dialler(session)) return { keep: 'old', old }
    this.#sessions.set(session.peer, session)
    return old === undefined ? { keep: 'new' } : { keep: 'new', replaced: old }
  }

  /** Forgets a session that ended, unless another has taken its place. Says whether it was the live one. */
  remove(session: SecureSession): boolean {
    if (this.#sessions.get(session.peer) !== session) return false
    return this.#sessions.delete(session.peer)
  }

  #dialler(session: SecureSession): Address {
    return session.role === 0 ? this.#self : session.peer
  }
}
