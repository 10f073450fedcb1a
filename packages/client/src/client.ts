import { createEngine, type Engine, type EngineOptions, type EnginePorts } from '@sluice/engine'
import { type FetchPaidOptions, fetchPaid, type PaidResponse, type Payee, type Payer } from '@sluice/http'
import { type Address, type Domain, type Id, NATIVE_TOKEN } from '@sluice/protocol'
import { paidStream } from './paid-stream.ts'
import { createPayee, type PayeeOptions } from './payee.ts'
import { createPayer, type PayerOptions } from './payer.ts'

export interface ClientOptions
  extends EngineOptions,
    Pick<PayerOptions, 'feesOf'>,
    Pick<PayeeOptions, 'url' | 'hubUrl'> {
  readonly ports: EnginePorts
  /** Called when a virtual channel could not be closed after its use: it then ends by its lifetime, and nothing is lost. */
  readonly onCloseFailed?: (virtualId: Id, error: unknown) => void
}

export interface PaidFetchOptions extends Omit<FetchPaidOptions, 'payer' | 'limits'> {
  /** Most to pay for the whole, base units. */
  readonly maxAmount: bigint
  /** Tokens to pay in. Default: the native one. */
  readonly tokens?: readonly Address[]
}

/** An app's way to pay and to be paid: an engine, and paid HTTP over it. */
export interface Client {
  /** Channels, virtual channels and payments themselves. */
  readonly engine: Engine
  /** This client as whoever pays. */
  readonly payer: Payer
  /** This client as whoever is paid: hand it to a gate. */
  readonly payee: Payee
  /**
   * Fetches a resource and pays for its bytes as they are read. The virtual channel is closed once the body is read, fails or is cancelled.
   *
   * @throws HttpError, ClientError for what the server wants and this side does not give; nothing is paid then.
   */
  fetch(url: string, options: PaidFetchOptions): Promise<Response>
  /**
   * The same for bytes that are looked at before they are paid for: the caller accepts them, and closes the virtual channel in the end.
   */
  fetchPaid(url: string, options: PaidFetchOptions): Promise<PaidResponse>
  /** Waits for the closing of virtual channels that `fetch` used, then stops the engine. */
  stop(): Promise<void>
}

/** Closes virtual channels behind the back of whoever used them, and can be waited for. */
class Closings {
  readonly #payer: Payer
  readonly #failed: (virtualId: Id, error: unknown) => void
  readonly #running = new Set<Promise<void>>()

  constructor(payer: Payer, failed: (virtualId: Id, error: unknown) => void) {
    this.#payer = payer
    this.#failed = failed
  }

  begin(virtualId: Id): void {
    const closing = this.#payer
      .close(virtualId)
      .catch((error) => this.#failed(virtualId, error))
      .finally(() => this.#running.delete(closing))
    this.#running.add(closing)
  }

  async settled(): Promise<void> {
    await Promise.all(this.#running)
  }
}

/** Paid HTTP over an engine that runs. `domain`: the chain and contract that its channels live in. */
export function createClientOver(
  engine: Engine,
  domain: Domain,
  options: Omit<ClientOptions, 'ports' | 'policy'> = {},
): Client {
  const { feesOf, url: ownUrl, hubUrl, onCloseFailed = () => {} } = options
  const payer = createPayer({ engine, domain, ...(feesOf !== undefined && { feesOf }) })
  const payee = createPayee({
    engine,
    domain,
    ...(ownUrl !== undefined && { url: ownUrl }),
    ...(hubUrl !== undefined && { hubUrl }),
  })
  const closings = new Closings(payer, onCloseFailed)

  const paid = (
    url: string,
    { maxAmount, tokens = [NATIVE_TOKEN], ...rest }: PaidFetchOptions,
  ): Promise<PaidResponse> => fetchPaid(url, { ...rest, payer, limits: { maxAmount, tokens } })

  return {
    engine,
    payer,
    payee,
    fetchPaid: paid,
    async fetch(url, wanted) {
      const response = await paid(url, wanted)
      const { virtualId, length } = response
      const body = paidStream(response, () => {
        if (virtualId !== undefined) closings.begin(virtualId)
      })
      return new Response(body, length === undefined ? {} : { headers: { 'content-length': String(length) } })
    },
    async stop() {
      await closings.settled()
      await engine.stop()
    },
  }
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
