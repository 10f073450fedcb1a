import type { Hex, Id } from '@sluice/protocol'
import type { Price } from '../headers/price.ts'

/** What a virtual channel pays for. Fixed by the first request that it paid for, so that its money buys one thing only. */
export interface Binding {
  readonly key: string
  readonly etag: string
  /** Bytes of the whole resource. */
  readonly length: number
  readonly price: Price
  readonly window: number
  /** The first byte that V pays for: where the range of its first request began. What is before was had and paid for elsewhere. */
  readonly from: number
  /**
   * Of the voucher that the first request brought. Later requests bring the same: it is known to the payer and the payee alone, where the
   * terms of V are known to every hub on its path.
   */
  readonly signature: Hex
}

/** Remembers bindings. */
export interface Bindings {
  get(virtualId: Id): Promise<Binding | undefined>
  /** Keeps the binding unless there is one already, and answers the one kept. Resolves only once it would survive a power failure, where the store can. */
  bind(virtualId: Id, binding: Binding): Promise<Binding>
}

/** Bindings in memory: for tests, and for servers whose virtual channels end with the process. */
export function memoryBindings(): Bindings {
  const known = new Map<Id, Binding>()
  return {
    get: async (virtualId) => known.get(virtualId),
    async bind(virtualId, binding) {
      const kept = known.get(virtualId) ?? binding
      known.set(virtualId, kept)
      return kept
    },
  }
}

/** Whether a binding is for this resource. */
export function isBoundTo(binding: Binding, resource: { key: string; etag: string; length: number }): boolean {
  return binding.key === resource.key && binding.etag === resource.etag && binding.length === resource.length
}
