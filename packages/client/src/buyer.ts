import {
  createTabFetch,
  decodePaymentRequired,
  fetchPaid,
  HttpError,
  type Reservation,
  type SignedPayment,
  TabError,
  type TabPayer,
  type WantedPayment,
} from '@sluice/http'
import { type Id, lowest, NATIVE_TOKEN } from '@sluice/protocol'
import { paidStream } from './paid-stream.ts'
import type { BuyInit, BuyingOptions, CloseFailed } from './paying.ts'

/** Buys whatever servers sell, by tabs where they offer them. */
export interface Buyer {
  fetch(input: string | URL | Request, init: BuyInit): Promise<Response>
  pay(wanted: WantedPayment): Promise<SignedPayment>
  closeTabs(): Promise<void>
  /** Pays what is due, and waits until what was used is closed. */
  stop(): Promise<void>
}

/** Closes virtual channels behind the back of whoever used them, and can be waited for. */
class Closings {
  readonly #payer: TabPayer
  readonly #failed: CloseFailed
  readonly #running = new Set<Promise<void>>()

  constructor(payer: TabPayer, failed: CloseFailed) {
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

export type BuyerOptions = BuyingOptions & { readonly onCloseFailed?: CloseFailed | undefined }

/** Makes a buyer over whoever pays, for those that hold no engine themselves. */
export function createBuyer(payer: TabPayer, options: BuyerOptions): Buyer {
  const { spending, tokens = [NATIVE_TOKEN], records, idle, fetch, timers, onBuyingError: onError } = options
  const closings = new Closings(payer, options.onCloseFailed ?? (() => {}))
  const tabs = createTabFetch({
    payer,
    tokens,
    ...(spending && { rules: spending }),
    ...(records && { records }),
    ...(idle !== undefined && { idle }),
    ...(fetch && { fetch }),
    ...(timers && { timers }),
    ...(onError && { onError }),
  })

  /** What a server sells by its length, by a virtual channel of its own. */
  async function buyResource(request: Request, asked: Response, init: BuyInit): Promise<Response> {
    const maxAmount = init.maxAmount ?? spending?.request
    if (maxAmount === undefined) throw new TabError('SPENDING_UNLIMITED')
    let reserved: Reservation | undefined
    const here = init.fetch ?? fetch
    const response = await fetchPaid(request.url, {
      payer,
      limits: { maxAmount, tokens },
      asked,
      onOffer: async ({ signer, asset, amount }) => {
        const { origin } = new URL(request.url)
        reserved = await tabs.reserve({ payee: signer, origin, token: asset, amount: lowest(amount, maxAmount) })
      },
      headers: Object.fromEntries(request.headers),
      signal: request.signal,
      ...(here && { fetch: here }),
      ...(timers && { timers }),
    }).catch((error: unknown) => {
      reserved?.settle(0n)
      throw error
    })
    const { virtualId, length } = response
    const body = paidStream(response, () => {
      reserved?.settle(response.paid)
      if (virtualId === undefined) return
      closings.begin(virtualId)
      const { signer: payee, asset: token } = response.offer ?? {}
      if (payee === undefined || token === undefined) return
      init.onReceipt?.({ id: '', virtualId, payee, token, charged: response.paid })
    })
    return new Response(body, length === undefined ? {} : { headers: { 'content-length': String(length) } })
  }

  return {
    async fetch(input, init) {
      const request = new Request(input, init)
      const asked = await tabs.fetch(request.clone(), extrasOf(init))
      const header = asked.status === 402 ? asked.headers.get('PAYMENT-REQUIRED') : null
      if (header === null || request.method !== 'GET') return asked
      if (decodePaymentRequired(header).offers.length === 0) throw new HttpError('OFFER_MISSING')
      return buyResource(request, asked, init)
    },
    pay: (wanted) => tabs.pay(wanted),
    closeTabs: () => tabs.closeTabs(),
    async stop() {
      await tabs.stop()
      await closings.settled()
    },
  }
}

/** What an init says beside the request. */
function extrasOf({ maxAmount, id, onReceipt, fetch }: BuyInit): BuyInit {
  return {
    ...(maxAmount !== undefined && { maxAmount }),
    ...(id !== undefined && { id }),
    ...(onReceipt && { onReceipt }),
    ...(fetch && { fetch }),
  }
}
