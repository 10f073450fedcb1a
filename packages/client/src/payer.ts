import type { Engine } from '@sluice/engine'
import type { OpenVirtual, Payer } from '@sluice/http'
import type { Address, Domain, Id } from '@sluice/protocol'
import { choosePath } from './choose-path.ts'
import { ClientError } from './errors.ts'

export interface PayerOptions {
  readonly engine: Engine
  /** The chain and contract that the engine's channels live in. */
  readonly domain: Domain
  /** What each of the hubs asks for a virtual channel of this capacity, base units. Default: nothing. */
  readonly feesOf?: (hubs: readonly Address[], capacity: bigint) => Promise<readonly bigint[]>
}

/** The network's name by CAIP-2, such as `eip155:314`. */
export const networkOf = ({ chainId }: Domain): string => `eip155:${chainId}`

/** An engine as whoever pays for paid HTTP. */
export function createPayer({ engine, domain, feesOf }: PayerOptions): Payer {
  // An engine refuses to sign less than before; asking for that here is harmless.
  const paid = new Map<Id, bigint>()
  const paidOn = (virtualId: Id): bigint =>
    paid.get(virtualId) ?? engine.virtuals().find((virtual) => virtual.virtualId === virtualId)?.amount ?? 0n

  const open = async (wanted: OpenVirtual) => {
    const { payee, payeeUrl, token, capacity, first } = wanted
    const hubs = choosePath(wanted, engine.channels())
    const fees = await feesOf?.(hubs, capacity)
    const opened = await engine.openVirtual({
      payee,
      hubs,
      token,
      capacity,
      first,
      ...(payeeUrl !== undefined && { payeeUrl }),
      ...(fees !== undefined && { fees }),
    })
    if (opened.first === undefined) throw new ClientError('FIRST_VOUCHER_MISSING')
    paid.set(opened.virtualId, first)
    return { virtualId: opened.virtualId, terms: opened.terms, first: opened.first }
  }

  return {
    network: networkOf(domain),
    contract: domain.contract,
    open,
    async pay(virtualId, total) {
      if (total <= paidOn(virtualId)) return
      paid.set(virtualId, total)
      await engine.pay(virtualId, total)
    },
    async close(virtualId) {
      await engine.closeVirtual(virtualId)
      paid.delete(virtualId)
    },
  }
}
