import type { Engine } from '@sluice/engine'
import type { FetchPaidOptions, PaidResponse, TabPayer } from '@sluice/http'
import { type Address, type Id, NATIVE_TOKEN } from '@sluice/protocol'
import type { PaidFetching } from './paid-fetch.ts'

export interface PaidFetchOptions extends Omit<FetchPaidOptions, 'payer' | 'limits'> {
  /** Most to pay for the whole, base units. */
  readonly maxAmount: bigint
  /** Tokens to pay in. Default: the native one. */
  readonly tokens?: readonly Address[]
}

/** An app's way to pay: an engine, and paid HTTP over it. */
export interface Paying {
  /** Channels, virtual channels and payments themselves. */
  readonly engine: Engine
  /** This client as whoever pays. */
  readonly payer: TabPayer
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

/** Called when a virtual channel could not be closed after its use: it then ends by its lifetime, and nothing is lost. */
export type CloseFailed = (virtualId: Id, error: unknown) => void

/** Closes virtual channels behind the back of whoever used them, and can be waited for. */
class Closings {
  readonly #payer: TabPayer
  readonly #failed: (virtualId: Id, error: unknown) => void
  readonly #running = new Set<Promise<void>>()

  constructor(payer: TabPayer, failed: (virtualId: Id, error: unknown) => void) {
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

/** Paid HTTP for a payer over an engine that runs. `load` brings what it takes, once it is used. */
export function payingOver(
  engine: Engine,
  payer: TabPayer,
  load: () => Promise<PaidFetching>,
  closeFailed: CloseFailed = () => {},
): Paying {
  const closings = new Closings(payer, closeFailed)

  const paid = async (
    url: string,
    { maxAmount, tokens = [NATIVE_TOKEN], ...rest }: PaidFetchOptions,
  ): Promise<PaidResponse> => {
    const { fetchPaid } = await load()
    return fetchPaid(url, { ...rest, payer, limits: { maxAmount, tokens } })
  }

  return {
    engine,
    payer,
    fetchPaid: paid,
    async fetch(url, wanted) {
      const { paidStream } = await load()
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
