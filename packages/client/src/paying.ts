import type { Engine } from '@sluice/engine'
import type {
  FetchPaidOptions,
  PaidResponse,
  SignedPayment,
  SpendingRules,
  TabFetchInit,
  TabFetchOptions,
  TabPayer,
  TabRecords,
  WantedPayment,
} from '@sluice/http'
import { type Address, type Id, NATIVE_TOKEN } from '@sluice/protocol'
import type { Buyer } from './buyer.ts'
import type { PaidFetching } from './paid-fetch.ts'

export interface PaidFetchOptions extends Omit<FetchPaidOptions, 'payer' | 'limits'> {
  /** Most to pay for the whole, base units. */
  readonly maxAmount: bigint
  /** Tokens to pay in. Default: the native one. */
  readonly tokens?: readonly Address[]
}

/** How a client buys, whatever is asked of it. */
export interface BuyingOptions {
  /** What may be spent: enforced here, and by the capacities of tabs. Default: what each request allows. */
  readonly spending?: SpendingRules
  /** Tokens to pay in. Default: the native one. */
  readonly tokens?: readonly Address[]
  /** Where tabs and what was spent are kept over a restart. Default: in memory; tabs are closed by `stop` then. */
  readonly records?: TabRecords
  /** A tab that is used by nobody for so long is closed, milliseconds. Default five minutes. */
  readonly idle?: number
  /** Called with what fails behind a request. Default: nothing. */
  readonly onBuyingError?: (error: unknown) => void
  /** How requests are made, and by which time. Default: those of the surroundings. */
  readonly fetch?: TabFetchOptions['fetch']
  readonly timers?: TabFetchOptions['timers']
}

/** A request as fetch takes it, and what it may cost. */
export type BuyInit = TabFetchInit

/** An app's way to pay: an engine, and paid HTTP over it. */
export interface Paying {
  /** Channels, virtual channels and payments themselves. */
  readonly engine: Engine
  /** This client as whoever pays. */
  readonly payer: TabPayer
  /**
   * A fetch that pays what servers ask for, at most `maxAmount` or what the spending rules allow: any method and body, streams as they come.
   * Servers that sell on a tab are paid on one virtual channel for all requests, which stays open for the next ones. One that sells a
   * single resource is paid by one of its own, which is closed once the body is read, fails or is cancelled.
   *
   * @throws HttpError, TabError, ClientError for what the server wants and this side does not give: they say what was paid.
   */
  fetch(input: string | URL | Request, init?: BuyInit): Promise<Response>
  /**
   * The same for bytes that are looked at before they are paid for: the caller accepts them, and closes the virtual channel in the end.
   */
  fetchPaid(url: string, options: PaidFetchOptions): Promise<PaidResponse>
  /**
   * Signs a payment for a request that something else makes, such as a client of x402 or of MCP: on the same tabs as {@link Paying.fetch}, and
   * by the same spending rules. It is settled by what the server answers.
   *
   * @throws HttpError, TabError, ClientError why it is not paid for. Nothing was sent then.
   */
  pay(wanted: WantedPayment): Promise<SignedPayment>
  /** Pays what is due on all tabs, closes them, and gets the rest back at once: else they are closed when they are not used for a while. */
  closeTabs(): Promise<void>
  /** Pays what is due on tabs, waits for the closing of virtual channels that `fetch` used, then stops the engine. */
  stop(): Promise<void>
}

/** Called when a virtual channel could not be closed after its use: it then ends by its lifetime, and nothing is lost. */
export type CloseFailed = (virtualId: Id, error: unknown) => void

/** Paid HTTP for a payer over an engine that runs. `load` brings what it takes, once it is used. */
export function payingOver(
  engine: Engine,
  payer: TabPayer,
  load: () => Promise<PaidFetching>,
  options: BuyingOptions & { readonly onCloseFailed?: CloseFailed | undefined },
): Paying {
  let buyer: Promise<Buyer> | undefined
  const bought = (): Promise<Buyer> => {
    buyer ??= load().then(({ createBuyer }) => createBuyer(payer, options))
    return buyer
  }
  return {
    engine,
    payer,
    async fetchPaid(url, { maxAmount, tokens = [NATIVE_TOKEN], ...rest }) {
      const { fetchPaid } = await load()
      return fetchPaid(url, { ...rest, payer, limits: { maxAmount, tokens } })
    },
    async fetch(input, init = {}) {
      return (await bought()).fetch(input, init)
    },
    async pay(wanted) {
      return (await bought()).pay(wanted)
    },
    async closeTabs() {
      await (await buyer)?.closeTabs()
    },
    async stop() {
      await (await buyer)?.stop()
      await engine.stop()
    },
  }
}
