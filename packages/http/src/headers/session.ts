import { asInteger, asObject, asText, invalid, optional } from './fields.ts'
import { decodePaymentSignature, type PaymentSignature } from './payment-signature.ts'

/** What a client keeps to go on with a payment in another process. Plain JSON. It authorises reading what is paid for: keep it like a ticket. */
export interface PaidSession {
  readonly url: string
  /** Of the resource that V pays for. */
  readonly etag: string
  /** The value of the header PAYMENT-SIGNATURE. */
  readonly payment: string
  /** The first byte that V pays for. Default 0. */
  readonly from?: number
}

/**
 * Reads a session that was kept.
 *
 * @throws HttpError `FIELD_INVALID`, `HEADER_MALFORMED`, `HEADER_OVERSIZE`.
 */
export function readSession(value: unknown): PaidSession & { readonly signature: PaymentSignature } {
  const fields = asObject(value, 'session')
  const url = asText(fields.url, 'session.url', 65_536)
  if (!URL.canParse(url)) throw invalid('session.url', 'an absolute url')
  const payment = asText(fields.payment, 'session.payment', 65_536)
  const from = optional(fields.from, 'session.from', (given, field) => asInteger(given, field, Number.MAX_SAFE_INTEGER))
  const etag = asText(fields.etag, 'session.etag', 1024)
  return { url, etag, payment, signature: decodePaymentSignature(payment), ...(from !== undefined && { from }) }
}
