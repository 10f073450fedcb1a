/** Account nonces: given out in order, a gap left by what was never sent filled again. */
export class Nonces {
  /** Given out, and when, in milliseconds; not yet sent. */
  readonly #reserved = new Map<number, number>()
  readonly #sent = new Set<number>()
  readonly #reserveMs: number

  /** @param reserveMs How long a nonce is kept for a transaction that was signed and not sent. */
  constructor(reserveMs: number) {
    this.#reserveMs = reserveMs
  }

  /** The next free one. `next`: the chain's count, transactions that wait included. */
  reserve(next: number, now: number): number {
    let nonce = next
    while (this.#sent.has(nonce) || this.#isReserved(nonce, now)) nonce++
    this.#reserved.set(nonce, now)
    return nonce
  }

  /** Its transaction was handed to the chain. */
  sent(nonce: number): void {
    this.#reserved.delete(nonce)
    this.#sent.add(nonce)
  }

  /** It was taken by something else, or its transaction was never taken. */
  free(nonce: number): void {
    this.#reserved.delete(nonce)
    this.#sent.delete(nonce)
  }

  /** Forgets all below the chain's count of included transactions. */
  prune(included: number): void {
    for (const nonce of [...this.#reserved.keys(), ...this.#sent]) if (nonce < included) this.free(nonce)
  }

  #isReserved(nonce: number, now: number): boolean {
    const since = this.#reserved.get(nonce)
    return since !== undefined && now - since < this.#reserveMs
  }
}
