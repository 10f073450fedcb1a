import { type Id, SluiceError } from '@sluice/protocol'
import type { Payer } from '../ports.ts'

/** The payments on one virtual channel: while one is on its way, later totals wait and only the highest of them is paid next. */
export class Payments {
  readonly virtualId: Id
  readonly #payer: Payer
  readonly #onFailure: (error: unknown) => void
  #wanted: bigint
  #paid: bigint
  #count = 0
  #work: Promise<void> | undefined

  /** `paid`: what V paid before. */
  constructor(payer: Payer, virtualId: Id, paid: bigint, onFailure: (error: unknown) => void) {
    this.#payer = payer
    this.virtualId = virtualId
    this.#wanted = paid
    this.#paid = paid
    this.#onFailure = onFailure
  }

  /** Highest total that is durable and sent. */
  get paid(): bigint {
    return this.#paid
  }

  /** Highest total that is paid or being paid. */
  get wanted(): bigint {
    return this.#wanted
  }

  /** How many payments were made. */
  get count(): number {
    return this.#count
  }

  /** Pays up to `total`, soon. */
  raise(total: bigint): void {
    if (total <= this.#wanted) return
    this.#wanted = total
    this.#work ??= this.#run()
  }

  /** Resolves once everything wanted is paid or a payment has failed. */
  async settled(): Promise<void> {
    while (this.#work !== undefined) await this.#work
  }

  async #run(): Promise<void> {
    try {
      while (this.#paid < this.#wanted) {
        const total = this.#wanted
        await this.#payer.pay(this.virtualId, total).catch(unlessPaidBefore)
        this.#paid = total
        this.#count += 1
      }
    } catch (error) {
      this.#wanted = this.#paid
      this.#onFailure(error)
    } finally {
      this.#work = undefined
    }
  }
}

/** A payment that was begun in another process may be further than is known here: that is as good as paid. */
function unlessPaidBefore(error: unknown): void {
  if (error instanceof SluiceError && error.code === 'PAYMENT_NOT_ABOVE') return
  throw error
}
