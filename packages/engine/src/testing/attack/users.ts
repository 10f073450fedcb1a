import { hubFee, NATIVE_TOKEN } from '@sluice/protocol'
import type { Party, World } from '../world.ts'

/** What an honest user pays with at a time, base units. */
const CAPACITY = 1_000_000n
/** How long a user waits for a payment to be accepted, milliseconds. */
const PATIENCE_MS = 10_000

/** Honest users who open, pay and close one virtual channel after the other through the hub, while thieves do what they do. */
export class Users {
  readonly #world: World
  readonly #payer: Party
  readonly #payee: Party
  readonly #hub: Party
  #tried = 0
  #served = 0
  #isOver = false

  constructor(world: World, payer: Party, payee: Party, hub: Party) {
    this.#world = world
    this.#payer = payer
    this.#payee = payee
    this.#hub = hub
  }

  /** One pays each so many seconds from now on. */
  start(every = 10): void {
    const next = () => {
      if (this.#isOver) return
      this.#try()
      this.#world.scheduler.after(every * 1000, next)
    }
    next()
  }

  /** Lets the last ones finish. Returns which part was served, 1 if nobody tried. */
  async stop(): Promise<number> {
    this.#isOver = true
    await this.#world.scheduler.runFor(PATIENCE_MS + 1_000)
    return this.#tried === 0 ? 1 : this.#served / this.#tried
  }

  #try(): void {
    this.#tried += 1
    let isLate = false
    this.#world.scheduler.after(PATIENCE_MS, () => {
      isLate = true
    })
    this.#pay().then(
      () => {
        if (!isLate) this.#served += 1
      },
      () => {},
    )
  }

  /** Resolves once the payee has the payment durably. */
  async #pay(): Promise<void> {
    const { engine, policy } = this.#payer
    const lifetime = policy.lifetimeDefault
    const fee = hubFee(this.#hub.policy, CAPACITY, BigInt(lifetime))
    const { terms, first, virtualId } = await engine.openVirtual({
      payee: this.#payee.address,
      payeeUrl: this.#payee.url,
      hubs: [this.#hub.address],
      token: NATIVE_TOKEN,
      capacity: CAPACITY,
      first: CAPACITY / 4n,
      fees: [fee],
      lifetime,
    })
    if (first === undefined) throw new Error('a first voucher was asked for')
    const admission = await this.#payee.engine.admit(terms, first)
    await engine.pay(virtualId, CAPACITY)
    await admission.waitFor(CAPACITY, new AbortController().signal)
    engine.closeVirtual(virtualId).catch(() => {})
  }
}
