/** Where x402 and MPP put payments, and answers to them, in the `_meta` of a call and of its result. */
export const X402_PAYMENT = 'x402/payment'
export const X402_RESPONSE = 'x402/payment-response'
export const MPP_CREDENTIAL = 'org.paymentauth/credential'
export const MPP_RECEIPT = 'org.paymentauth/receipt'
export const MPP_REQUIRED = 'org.paymentauth/payment-required'

/** MPP's codes of JSON-RPC errors: a payment is required; one was refused. */
export const PAYMENT_REQUIRED = -32042
export const PAYMENT_REFUSED = -32043

export const X402_VERSION = 2
/** The name of the scheme in x402, and of the method in MPP; MPP's intent. */
export const SCHEME = 'sluice'
export const INTENT = 'session'

export type JsonObject = Readonly<Record<string, unknown>>

/** Somebody's JSON, if it is an object. */
export function asObject(value: unknown): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined
}

/** An offer of the scheme, as x402's PaymentRequirements. */
export interface Offer {
  readonly scheme: string
  readonly network: string
  readonly amount: string
  readonly asset: string
  readonly payTo: string
  readonly maxTimeoutSeconds: number
  readonly extra: JsonObject
}

/** MPP's request of a challenge for an offer. */
export function mppRequest({ network, amount, asset, payTo, maxTimeoutSeconds, extra }: Offer): JsonObject {
  return { amount, currency: asset, recipient: payTo, methodDetails: { network, maxTimeoutSeconds, extra } }
}

/** The offer in a challenge of MPP, if it is of the method `sluice`. */
export function offerOfChallenge(challenge: unknown): JsonObject | undefined {
  const { method, intent, request } = asObject(challenge) ?? {}
  const fields = asObject(request)
  if (method !== SCHEME || intent !== INTENT || fields === undefined) return undefined
  const { amount, currency, recipient, methodDetails } = fields
  return { scheme: SCHEME, amount, asset: currency, payTo: recipient, ...asObject(methodDetails) }
}
