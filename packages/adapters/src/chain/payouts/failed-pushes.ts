import type { Address, ChannelTerms } from '@sluice/protocol'
import { NOBODY, type PartyMask, sideOf, union, without } from './payees.ts'

/** Most channels that are remembered: each costs its maker a transaction of ours at most once again. */
const REMEMBERED = 10_000

const keyOf = ({ a, b, token, disputeWindow, nonce }: ChannelTerms): string =>
  [a.account, a.signer, b.account, b.signer, token, disputeWindow, nonce].join('/')

/**
 * Whose money is to be credited, since a payment to them went wrong in a block: an account can tell a simulation from a transaction and take
 * the money only in one of them.
 */
export class FailedPushes {
  readonly #sender: Address
  readonly #failed = new Map<string, PartyMask>()

  constructor(sender: Address) {
    this.#sender = sender
  }

  /** Parties of the channel that are not to be pushed to any more. */
  of(terms: ChannelTerms): PartyMask {
    return this.#failed.get(keyOf(terms)) ?? NOBODY
  }

  /** Who of these is taken to have spoilt a transaction that pushed to them, where nothing says who did: the other side, before this one. */
  suspects(terms: ChannelTerms, pushed: PartyMask): PartyMask {
    const others = without(pushed, sideOf(terms, this.#sender))
    return others === NOBODY ? pushed : others
  }

  /** Remembers that these did not take a push. Returns whether that is news. */
  add(terms: ChannelTerms, refused: PartyMask): boolean {
    const known = this.of(terms)
    if (without(refused, known) === NOBODY) return false
    const key = keyOf(terms)
    this.#failed.delete(key)
    this.#failed.set(key, union(known, refused))
    const oldest = this.#failed.keys().next()
    if (this.#failed.size > REMEMBERED && !oldest.done) this.#failed.delete(oldest.value)
    return true
  }
}
