import type { Seller, TakenPayment } from '@sluice/http/sell'
import type { FacilitatorClient } from '@x402/core/server'
import type {
  AssetAmount,
  Network,
  PaymentPayload,
  PaymentRequirements,
  Price,
  SchemeNetworkFacilitator,
  SchemeNetworkServer,
  SettleResponse,
  SupportedResponse,
  VerifyResponse,
} from '@x402/core/types'
import { X402Error } from '../errors.ts'
import { SCHEME, X402_VERSION } from '../scheme.ts'

/** The scheme `sluice` for a server of x402. */
export interface ServerScheme {
  /** For `x402ResourceServer.register`. */
  readonly scheme: SchemeNetworkServer
  /** For the constructor of `x402ResourceServer`, or for `x402Facilitator.register`: it has to be in the process of the seller. */
  readonly facilitator: SchemeNetworkFacilitator & FacilitatorClient
}

/** An offer as the seller makes it. */
type Offer = PaymentRequirements

/**
 * Makes the scheme for what a seller sells. Its payments are on the same tabs as those of the seller's own gate, so one seller does both.
 *
 * @example
 * ```ts
 * const { scheme, facilitator } = createServerScheme(createSeller({ payee, asset: NATIVE_TOKEN, window: 0n }))
 * const server = new x402ResourceServer(facilitator).register('eip155:314', scheme)
 * ```
 */
export function createServerScheme(seller: Seller): ServerScheme {
  const payments = new Payments(seller)
  return { scheme: serverScheme(seller, payments), facilitator: facilitatorOf(seller, payments) }
}

const priceOf = (amount: string) => [{ unit: 'call', amount: BigInt(amount) }]

function serverScheme(seller: Seller, payments: Payments): SchemeNetworkServer {
  return {
    scheme: SCHEME,
    defaultAssetTransferMethod: 'default',
    paymentFlows: { default: { supported: ['authorization'], default: 'authorization' } },
    // They change while a server runs; what is agreed to is in the payment.
    dynamicExtraFields: ['hubs', 'url', 'tab'],
    parsePrice: async (price) => parsePrice(price),
    enhancePaymentRequirements: async (base) => enhance(seller, base),
    schemeHooks: { onVerifiedPaymentCanceled: async ({ paymentPayload }) => payments.refund(paymentPayload.payload) },
  }
}

function parsePrice(price: Price): AssetAmount {
  if (typeof price === 'object' && /^(?:0|[1-9]\d*)$/.test(price.amount)) return price
  throw new X402Error('PRICE_UNIT', { price: typeof price === 'object' ? price.amount : String(price) })
}

function enhance(seller: Seller, base: PaymentRequirements): PaymentRequirements {
  const offer = seller.offer(priceOf(base.amount)) as Offer
  for (const field of ['network', 'asset', 'payTo'] as const) {
    const [asked, own] = [base[field], offer[field]]
    if (asked.toLowerCase() !== own.toLowerCase()) throw new X402Error('REQUIREMENT_OTHER', { field, asked, own })
  }
  return { ...base, extra: { ...base.extra, ...offer.extra } }
}

function facilitatorOf(seller: Seller, payments: Payments): ServerScheme['facilitator'] {
  const { network, extra } = seller.offer(priceOf('1')) as Offer
  const signers = [String(extra.signer)]
  return {
    scheme: SCHEME,
    caipFamily: 'eip155:*',
    getExtra: () => undefined,
    getSigners: () => signers,
    verify: (payload, requirements) => payments.verify(payload, requirements),
    settle: async (payload, requirements) => payments.settle(payload, requirements),
    getSupported: async (): Promise<SupportedResponse> => ({
      kinds: [{ x402Version: X402_VERSION, scheme: SCHEME, network: network as Network }],
      extensions: [],
      signers: { 'eip155:*': signers },
    }),
  }
}

/** Most payments that wait to be settled. */
const MAX_WAITING = 16_384

/** Payments between the two calls of a facilitator. */
class Payments {
  readonly #seller: Seller
  readonly #taken = new Map<string, TakenPayment>()

  constructor(seller: Seller) {
    this.#seller = seller
  }

  async verify({ payload }: PaymentPayload, { amount }: PaymentRequirements): Promise<VerifyResponse> {
    try {
      const taken = await this.#seller.take(payload, priceOf(amount))
      this.#taken.set(nameOf(payload), taken)
      this.#bound()
      return { isValid: true, payer: taken.payer }
    } catch (error) {
      const { errorReason = 'CALL_FAILED' } = this.#seller.refusal(error)
      const invalidMessage = error instanceof Error ? error.message : String(error)
      return { isValid: false, invalidReason: errorReason, invalidMessage }
    }
  }

  /** With an amount below what was taken, that much is charged. */
  settle({ payload }: PaymentPayload, { amount }: PaymentRequirements): SettleResponse {
    const name = nameOf(payload)
    const taken = this.#taken.get(name)
    this.#taken.delete(name)
    try {
      if (taken === undefined) throw new X402Error('PAYMENT_UNKNOWN')
      return taken.settle(BigInt(amount)) as SettleResponse
    } catch (error) {
      return this.#seller.refusal(error) as SettleResponse
    }
  }

  /** The request failed: nothing is charged. */
  refund(payload: Readonly<Record<string, unknown>>): void {
    const name = nameOf(payload)
    this.#taken.get(name)?.refund()
    this.#taken.delete(name)
  }

  /** A server that does not settle what it verified must not fill the memory: what waited longest is given back. */
  #bound(): void {
    for (const [name, taken] of this.#taken) {
      if (this.#taken.size <= MAX_WAITING) return
      this.#taken.delete(name)
      taken.refund()
    }
  }
}

/** The name of a payment that was verified: its fields were read by then. */
function nameOf(payload: Readonly<Record<string, unknown>>): string {
  const { virtualId, id } = payload.tab as { readonly virtualId: string; readonly id: string }
  return `${virtualId.toLowerCase()}/${id}`
}
