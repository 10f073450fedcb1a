import type { SignedPayment, WantedPayment } from '@sluice/http'
import type { PaymentCreationContext, PaymentResponseContext } from '@x402/core/client'
import type { PaymentPayload, PaymentRequirements, SchemeNetworkClient } from '@x402/core/types'
import { X402Error } from '../errors.ts'
import { SCHEME, X402_VERSION } from '../scheme.ts'

/** Whoever pays: a client of `@sluice/client`. */
export interface PaymentSource {
  pay(wanted: WantedPayment): Promise<SignedPayment>
}

export interface ClientSchemeOptions {
  /** Most for one request, base units. Default: the spending rule for requests of whoever pays. */
  readonly maxAmount?: bigint
  /** Servers are of this machine's network: what they offer may name addresses there. For tests and development. Default false. */
  readonly isLocal?: boolean
}

/** Refusals after which a fresh payment for the same request is worth an attempt: nothing was run for the first one. */
const PASSING = new Set(['CALL_OUTCOME_UNKNOWN', 'TAB_DUE', 'TAB_SPENT', 'TAB_REFUSED', 'TAB_IDS', 'TAB_FAILURES'])

/**
 * The scheme `sluice` for a client of x402: all of its requests to one payee are paid on one virtual channel, by the spending rules of whoever
 * pays. A client of x402 has spend controls of its own, in dollars, that refuse what they do not know: they have to be told the token.
 *
 * @example
 * ```ts
 * const x402 = new x402Client().register('eip155:*', createClientScheme(client, { maxAmount: 10n ** 15n }))
 * x402.setSpendControls({ allowedAssets: [{ network: 'eip155:*', asset: NATIVE_TOKEN }] })
 * const paidFetch = wrapFetchWithPayment(fetch, x402)
 * ```
 */
export function createClientScheme(source: PaymentSource, options: ClientSchemeOptions = {}): SchemeNetworkClient {
  const scheme = new ClientScheme(source, options)
  return {
    scheme: SCHEME,
    schemeHooks: {
      onBeforePaymentCreation: async (context) => scheme.begin(context),
      onPaymentResponse: async (context) => scheme.answered(context),
    },
    createPaymentPayload: (version, requirements, context) =>
      scheme.create(version, requirements, context?.maxAmountPerPayment),
  }
}

class ClientScheme {
  readonly #source: PaymentSource
  readonly #options: ClientSchemeOptions
  /** What requirements were made for: x402 hands on the same object. */
  readonly #origins = new WeakMap<PaymentRequirements, string>()
  /** The newest requirements of a server for those that it refused. */
  readonly #newer = new WeakMap<PaymentRequirements, PaymentRequirements>()
  readonly #payments = new WeakMap<object, SignedPayment>()

  constructor(source: PaymentSource, options: ClientSchemeOptions) {
    this.#source = source
    this.#options = options
  }

  /** Takes down who asks, before the payment is made. */
  begin({ paymentRequired, selectedRequirements }: PaymentCreationContext): void {
    this.#origins.set(selectedRequirements, originOf(paymentRequired.resource?.url))
  }

  /** Signs a payment. @throws X402Error, and what {@link PaymentSource.pay} throws. */
  async create(version: number, requirements: PaymentRequirements, cap: string | undefined) {
    if (version !== X402_VERSION) throw new X402Error('VERSION_UNSUPPORTED', { version })
    const maxAmount = lowestOf(this.#options.maxAmount, cap === undefined ? undefined : BigInt(cap))
    const payment = await this.#source.pay({
      offer: this.#newer.get(requirements) ?? requirements,
      origin: this.#origins.get(requirements) ?? 'unknown',
      isLocal: this.#options.isLocal ?? false,
      ...(maxAmount !== undefined && { maxAmount }),
    })
    const payload = { ...payment.payload }
    this.#payments.set(payload.tab, payment)
    return { x402Version: X402_VERSION, payload }
  }

  /** Settles a payment by what the server answers. */
  answered(context: PaymentResponseContext): { recovered: true } | undefined {
    const payment = this.#paymentOf(context.paymentPayload)
    if (payment === undefined) return undefined
    const { settleResponse, paymentRequired, requirements } = context
    // What an answer says that came without either is not known: the payment counts as spent.
    if (paymentRequired === undefined) {
      payment.settle(settleResponse)
      return undefined
    }
    const code = paymentRequired.error
    payment.refused(code)
    const fresh = paymentRequired.accepts.find((one) => isSamePrice(one, requirements))
    if (code === undefined || !PASSING.has(code) || fresh === undefined) return undefined
    this.#newer.set(requirements, fresh)
    return { recovered: true }
  }

  #paymentOf({ payload }: PaymentPayload): SignedPayment | undefined {
    const { tab } = payload
    return typeof tab === 'object' && tab !== null ? this.#payments.get(tab) : undefined
  }
}

const isSamePrice = (one: PaymentRequirements, other: PaymentRequirements): boolean =>
  (['scheme', 'network', 'asset', 'amount', 'payTo'] as const).every((field) => one[field] === other[field])

const originOf = (url: string | undefined): string =>
  url !== undefined && URL.canParse(url) ? new URL(url).origin : 'unknown'

function lowestOf(one: bigint | undefined, other: bigint | undefined): bigint | undefined {
  if (one === undefined || other === undefined) return one ?? other
  return one < other ? one : other
}
