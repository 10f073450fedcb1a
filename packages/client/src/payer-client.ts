import { createEngineWith, type EngineOptions, type EnginePorts, payer as payerRole } from '@sluice/engine'
import { createPayer, type PayerOptions } from './http-payer.ts'
import { type BuyingOptions, type CloseFailed, type Paying, payingOver } from './paying.ts'

export type { BuyInit, BuyingOptions, PaidFetchOptions, Paying } from './paying.ts'

export interface PayerClientOptions extends EngineOptions, BuyingOptions, Pick<PayerOptions, 'feesOf'> {
  readonly ports: EnginePorts
  readonly onCloseFailed?: CloseFailed
}

/** What errors mean comes while the engine starts. Where it does not come, they say their codes and values. */
function explainLater(): void {
  import('./meanings.ts').then(
    ({ explainEngine }) => explainEngine(),
    () => {},
  )
}

/**
 * Starts a client that pays and is never paid, half the size of `createClient` of `@sluice/client`: it opens channels with hubs, pays, defends
 * what it has on chain, and refuses what others want to pay it. Fetching for money is loaded when it is first used.
 *
 * @throws what `createEngineWith` of `@sluice/engine` throws.
 * @example
 * ```ts
 * const client = await createPayerClient({ ports })
 * await client.engine.openChannel({ peer: hub, url: 'wss://hub.example', token: NATIVE_TOKEN, deposit: 10n ** 18n })
 * const response = await client.fetch('https://provider.example/film.mp4', { maxAmount: 10n ** 15n })
 * ```
 */
export async function createPayerClient({ ports, ...options }: PayerClientOptions): Promise<Paying> {
  explainLater()
  const engine = await createEngineWith([payerRole], ports, options)
  const { feesOf } = options
  const payer = createPayer({ engine, domain: ports.chain.domain, ...(feesOf !== undefined && { feesOf }) })
  const load = async () => (await import('./paid-fetch.ts')).paidFetching
  return payingOver(engine, payer, load, options)
}
