import type { SignedVoucher, VirtualTerms, Voucher } from '@sluice/protocol'
import { MAX_UINT32, MAX_UINT64 } from '@sluice/protocol'
import { asAddress, asAmount, asArray, asConstant, asHex, asInteger, asObject, type Fields } from './fields.ts'
import { decodeHeader, encodeHeader } from './header-json.ts'
import { type Offer, offerFromJson, offerToJson } from './offer.ts'

/** The header by which a request pays. */
export const PAYMENT_SIGNATURE = 'PAYMENT-SIGNATURE'
const X402_VERSION = 2
const MAX_PATH = 6

/** x402's PaymentPayload of the scheme `sluice`: which offer was accepted, V's terms, and a voucher of V. */
export interface PaymentSignature {
  readonly accepted: Offer
  readonly terms: VirtualTerms
  readonly first: SignedVoucher
}

/** The header's value. */
export function encodePaymentSignature({ accepted, terms, first }: PaymentSignature): string {
  const { voucher, signature } = first
  return encodeHeader({
    x402Version: X402_VERSION,
    accepted: offerToJson(accepted),
    payload: {
      terms: termsToJson(terms),
      voucher: { ...voucher, amount: String(voucher.amount), tickValue: String(voucher.tickValue) },
      signature,
    },
  })
}

/** V's terms as they stand in a header. */
export function termsToJson(terms: VirtualTerms): object {
  return { ...terms, capacity: String(terms.capacity), nonce: String(terms.nonce) }
}

/** Reads V's terms. @throws HttpError `FIELD_INVALID`. */
export function readTerms(fields: Fields): VirtualTerms {
  const path = asArray(fields.path, 'terms.path', MAX_PATH)
  return {
    path: path.map((signer, i) => asAddress(signer, `terms.path[${i}]`)),
    token: asAddress(fields.token, 'terms.token'),
    capacity: asAmount(fields.capacity, 'terms.capacity'),
    disputeWindow: asInteger(fields.disputeWindow, 'terms.disputeWindow', MAX_UINT32),
    nonce: asAmount(fields.nonce, 'terms.nonce', MAX_UINT64),
  }
}

function readVoucher(fields: Fields): Voucher {
  return {
    virtualId: asHex(fields.virtualId, 'voucher.virtualId', 32),
    amount: asAmount(fields.amount, 'voucher.amount'),
    tickAnchor: asHex(fields.tickAnchor, 'voucher.tickAnchor', 32),
    tickValue: asAmount(fields.tickValue, 'voucher.tickValue'),
    tickCount: asInteger(fields.tickCount, 'voucher.tickCount', MAX_UINT32),
  }
}

/**
 * Reads the header. Whether the signature is the payer's is for the payee to check.
 *
 * @throws HttpError `HEADER_OVERSIZE`, `HEADER_MALFORMED`, `FIELD_INVALID`.
 */
export function decodePaymentSignature(text: string): PaymentSignature {
  const fields = decodeHeader(PAYMENT_SIGNATURE, text)
  asConstant(fields.x402Version, 'x402Version', X402_VERSION)
  const payload = asObject(fields.payload, 'payload')
  return {
    accepted: offerFromJson(fields.accepted, 'accepted'),
    terms: readTerms(asObject(payload.terms, 'payload.terms')),
    first: {
      voucher: readVoucher(asObject(payload.voucher, 'payload.voucher')),
      signature: asHex(payload.signature, 'payload.signature', 65),
    },
  }
}
