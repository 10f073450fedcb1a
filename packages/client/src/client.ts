import { createEngine, type Engine, type EngineOptions, type EnginePorts } from '@sluice/engine'
import type { TabPayee } from '@sluice/http/sell'
import type { Domain } from '@sluice/protocol'
import { createPayee, type PayeeOptions } from './http-payee.ts'
import { createPayer, type PayerOptions } from './http-payer.ts'
import { type BuyingOptions, type CloseFailed, type Paying, payingOver } from './paying.ts'

export interface ClientOptions
  extends EngineOptions,
    BuyingOptions,
    Pick<PayerOptions, 'feesOf'>,
    Pick<PayeeOptions, 'url' | 'hubUrl'> {
  readonly ports: EnginePorts
  readonly onCloseFailed?: CloseFailed
}

/** An app's way to pay and to be paid: an engine, and paid HTTP over it. */
export interface Client extends Paying {
  /** This client as whoever is paid: hand it to a gate. */
  readonly payee: TabPayee
}

/** What buying takes is loaded when it is first used. */
const loadFetching = async () => (await import('./paid-fetch.ts')).paidFetching

/** Paid HTTP over an engine that runs. `domain`: the chain and contract that its channels live in. */
export function createClientOver(
  engine: Engine,
  domain: Domain,
  options: Omit<ClientOptions, 'ports' | 'policy'> = {},
): Client {
  const { feesOf, url, hubUrl } = options
  const payer = createPayer({ engine, domain, ...(feesOf !== undefined && { feesOf }) })
  const payee = createPayee({
    engine,
    domain,
    ...(url !== undefined && { url }),
    ...(hubUrl !== undefined && { hubUrl }),
  })
  return { ...payingOver(engine, payer, loadFetching, options), payee }
}

/**
 * Starts a client.
 *
 * @throws what {@link createEngine} throws.
 * @example
 * ```ts
 * const client = await createClient({ ports })
 * await client.engine.openChannel({ peer: hub, url: 'wss://hub.example', token: NATIVE_TOKEN, deposit: 10n ** 18n })
 * const response = await client.fetch('https://provider.example/ipfs/bafy…', { maxAmount: 10n ** 15n })
 * for await (const bytes of response.body ?? []) save(bytes)
 * ```
 */
export async function createClient({ ports, ...options }: ClientOptions): Promise<Client> {
  return createClientOver(await createEngine(ports, options), ports.chain.domain, options)
}
