import type { Engine } from '@sluice/engine'
import type { OpenVirtual, TabPayer } from '@sluice/http'
import type { Address, Domain, Id } from '@sluice/protocol'
import { ClientError } from './errors.ts'
import { choosePath } from './paths/choose-path.ts'
import { Declines } from './paths/declines.ts'

export interface PayerOptions {
  readonly engine: Engine
  /** The chain and contract that the engine's channels live in. */
  readonly domain: Domain
  /** What each of the hubs asks for a virtual channel of this capacity, base units. Default: what each has told; needed where the way has a second hub. */
  readonly feesOf?: (hubs: readonly Address[], capacity: bigint) => Promise<readonly bigint[]>
}

/** The highest payment asked for. */
interface Payment {
  /** Base units, cumulative. */
  readonly total: bigint
  /** Resolves once it is durable and sent. */
  readonly done: Promise<void>
}

/** The network's name by CAIP-2, such as `eip155:314`. */
export const networkOf = ({ chainId }: Domain): string => `eip155:${chainId}`

/** An engine as whoever pays for paid HTTP. */
export function createPayer({ engine, domain, feesOf }: PayerOptions): TabPayer {
  const newest = new Map<Id, Payment>()
  const declines = new Declines(Date.now)
  const paidOn = (virtualId: Id): bigint =>
    engine.virtuals().find((virtual) => virtual.virtualId === virtualId)?.amount ?? 0n

  const open = async (wanted: OpenVirtual) => {
    const { payee, payeeUrl, payeeUrlPublicOnly = false, token, capacity, first } = wanted
    const hubs = declines.around(payee, (isDeclining) =>
      choosePath(
        wanted,
        engine.channels().filter(({ peer }) => !isDeclining(peer.signer)),
      ),
    )
    const fees = await feesOf?.(hubs, capacity)
    const opened = await engine.openVirtual({
      payee,
      hubs,
      token,
      capacity,
      first,
      ...(payeeUrl !== undefined && { payeeUrl, payeeUrlPublicOnly }),
      ...(fees !== undefined && { fees }),
    })
    if (opened.first === undefined) throw new ClientError('FIRST_VOUCHER_MISSING')
    newest.set(opened.virtualId, { total: first, done: Promise.resolve() })
    const view = engine.virtuals().find(({ virtualId }) => virtualId === opened.virtualId)
    const until = view && { until: Number(view.until) }
    return { virtualId: opened.virtualId, terms: opened.terms, first: opened.first, ...until }
  }

  return {
    network: networkOf(domain),
    contract: domain.contract,
    publicKey: engine.publicKey,
    keccak256: engine.crypto.keccak256,
    agree: (publicKey, owner) => engine.agree(publicKey, owner),
    open,
    async sign(virtualId, total) {
      if (total <= paidOn(virtualId)) return undefined
      return (await engine.pay(virtualId, total)).signature
    },
    // An engine refuses to sign less than before; asking for that here is harmless, and as good as what it waits for.
    async pay(virtualId, total) {
      const before = newest.get(virtualId) ?? { total: paidOn(virtualId), done: Promise.resolve() }
      if (total <= before.total) return before.done
      const payment = { total, done: engine.pay(virtualId, total).then(() => {}) }
      newest.set(virtualId, payment)
      await payment.done.catch((error) => {
        if (newest.get(virtualId) === payment) newest.delete(virtualId)
        throw error
      })
    },
    async close(virtualId) {
      await engine.closeVirtual(virtualId)
      newest.delete(virtualId)
    },
    onDeclined: (wanted, declined) =>
      engine.subscribe((told) => {
        if (told.type !== 'virtual' || told.virtual.virtualId !== wanted || told.virtual.status !== 'declined') return
        declines.note(told.virtual.terms.path, told.virtual.declined)
        declined(told.virtual.declined ?? 'unknown')
      }),
  }
}
