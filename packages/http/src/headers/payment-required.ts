import { asArray, asConstant, asObject, asText, optional } from './fields.ts'
import { decodeHeader, encodeHeader } from './header-json.ts'
import { type Offer, offerFromJson, offerToJson, SCHEME } from './offer.ts'

/** The header of an answer 402. */
export const PAYMENT_REQUIRED = 'PAYMENT-REQUIRED'
const X402_VERSION = 2
const MAX_OFFERS = 16

/** What is paid for. */
export interface PaidResource {
  readonly url: string
  readonly description?: string
  readonly mimeType?: string
}

/** x402's PaymentRequired, with the offers of the scheme `sluice`. */
export interface PaymentRequired {
  readonly error?: string
  readonly resource: PaidResource
  readonly offers: readonly Offer[]
}

/** The header's value. */
export function encodePaymentRequired({ error, resource, offers }: PaymentRequired): string {
  return encodeHeader({ x402Version: X402_VERSION, error, resource, accepts: offers.map(offerToJson) })
}

function readResource(value: unknown): PaidResource {
  const fields = asObject(value, 'resource')
  const description = optional(fields.description, 'resource.description', (text, name) => asText(text, name, 1024))
  const mimeType = optional(fields.mimeType, 'resource.mimeType', (text, name) => asText(text, name, 256))
  return {
    url: asText(fields.url, 'resource.url', 2048),
    ...(description === undefined ? {} : { description }),
    ...(mimeType === undefined ? {} : { mimeType }),
  }
}

/** What somebody's JSON offers in the scheme `sluice`, if anything: a tab for many requests, or one resource. */
export function offerKind(value: unknown): 'tab' | 'resource' | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { scheme, extra } = value as { scheme?: unknown; extra?: unknown }
  if (scheme !== SCHEME) return undefined
  return typeof extra === 'object' && extra !== null && 'tab' in extra ? 'tab' : 'resource'
}

/**
 * Reads the header. Offers of other schemes, and for a tab, are passed over.
 *
 * @throws HttpError `HEADER_OVERSIZE`, `HEADER_MALFORMED`, `FIELD_INVALID`.
 */
export function decodePaymentRequired(text: string): PaymentRequired {
  const fields = decodeHeader(PAYMENT_REQUIRED, text)
  asConstant(fields.x402Version, 'x402Version', X402_VERSION)
  const error = optional(fields.error, 'error', (value, name) => asText(value, name, 1024))
  const accepts = asArray(fields.accepts, 'accepts', MAX_OFFERS)
  return {
    ...(error === undefined ? {} : { error }),
    resource: readResource(fields.resource),
    offers: accepts.flatMap((value, i) =>
      offerKind(value) === 'resource' ? [offerFromJson(value, `accepts[${i}]`)] : [],
    ),
  }
}
