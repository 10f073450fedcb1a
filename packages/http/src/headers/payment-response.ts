import type { Address, Id } from '@sluice/protocol'
import { asAddress, asAmount, asHex, asInteger, asNetwork, asObject, asText, invalid } from './fields.ts'
import { decodeHeader, encodeHeader } from './header-json.ts'

/** The header, and at the end of a body the trailer, that says what was charged. */
export const PAYMENT_RESPONSE = 'PAYMENT-RESPONSE'

/** What was charged on V so far. Amounts are cumulative base units over V's life. */
export interface Settlement {
  readonly success: true
  readonly network: string
  readonly payer: Address
  readonly virtualId: Id
  /** Owed for the bytes served. */
  readonly charged: bigint
  /** Highest amount accepted. */
  readonly paid: bigint
  /** The body is served up to here: a byte offset in the whole resource. */
  readonly served: number
  /** Bytes of the whole resource. */
  readonly length: number
}

/** Why a payment was not accepted. */
export interface Failure {
  readonly success: false
  readonly network: string
  /** The code of an error. */
  readonly errorReason: string
}

export type PaymentResponse = Settlement | Failure

/** The header's value: x402's SettlementResponse. `transaction` is empty, for a payment on a channel needs none. */
export function encodePaymentResponse(response: PaymentResponse): string {
  if (!response.success) return encodeHeader({ ...response, transaction: '' })
  const { success, network, payer, virtualId, charged, paid, served, length } = response
  const extra = { virtualId, charged: String(charged), paid: String(paid), served, length }
  return encodeHeader({ success, transaction: '', network, payer, amount: String(charged), extra })
}

/**
 * Reads the header.
 *
 * @throws HttpError `HEADER_OVERSIZE`, `HEADER_MALFORMED`, `FIELD_INVALID`.
 */
export function decodePaymentResponse(text: string): PaymentResponse {
  const fields = decodeHeader(PAYMENT_RESPONSE, text)
  const network = asNetwork(fields.network, 'network')
  if (fields.success === false) {
    return { success: false, network, errorReason: asText(fields.errorReason, 'errorReason', 256) }
  }
  if (fields.success !== true) throw invalid('success', 'true or false')
  const extra = asObject(fields.extra, 'extra')
  return {
    success: true,
    network,
    payer: asAddress(fields.payer, 'payer'),
    virtualId: asHex(extra.virtualId, 'extra.virtualId', 32),
    charged: asAmount(extra.charged, 'extra.charged'),
    paid: asAmount(extra.paid, 'extra.paid'),
    served: asInteger(extra.served, 'extra.served', Number.MAX_SAFE_INTEGER),
    length: asInteger(extra.length, 'extra.length', Number.MAX_SAFE_INTEGER),
  }
}
