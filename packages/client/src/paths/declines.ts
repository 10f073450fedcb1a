import type { Address } from '@sluice/protocol'

/** A hub that declined is left out for so long, milliseconds. */
const LEFT_OUT = 60_000

/** Which hubs declined lately to reach whom, so that the next try goes over another one. */
export class Declines {
  readonly #now: () => number
  readonly #at = new Map<string, number>()

  /** @param now Milliseconds. */
  constructor(now: () => number) {
    this.#now = now
  }

  /** A virtual channel was declined. A fee that was too low says nothing of the hub: it is read again. */
  note(path: readonly Address[], code: string | undefined): void {
    const [payee, hub] = [path.at(-1), path[1]]
    if (code === 'FEE_LOW' || hub === payee) return
    for (const [name, at] of this.#at) if (this.#now() - at > LEFT_OUT) this.#at.delete(name)
    this.#at.set(`${payee} ${hub}`, this.#now())
  }

  /** Chooses a way around those that declined; where there is none, one of them gets another chance. */
  around<T>(payee: Address, choose: (isDeclining: (hub: Address) => boolean) => T): T {
    const isDeclining = (hub: Address): boolean => {
      const at = this.#at.get(`${payee} ${hub}`)
      return at !== undefined && this.#now() - at <= LEFT_OUT
    }
    try {
      return choose(isDeclining)
    } catch {
      return choose(() => false)
    }
  }
}
