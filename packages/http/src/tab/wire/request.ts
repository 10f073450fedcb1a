import { type Hex, type Id, type SignedVoucher, type VirtualTerms, ZERO_HASH } from '@sluice/protocol'
import {
  asAmount,
  asConstant,
  asHex,
  asInteger,
  asObject,
  type Fields,
  invalid,
  optional,
} from '../../headers/fields.ts'
import { decodeHeader, encodeHeader } from '../../headers/header-json.ts'
import { PAYMENT_SIGNATURE, readTerms, termsToJson } from '../../headers/payment-signature.ts'
import { asToken } from './offer.ts'

const X402_VERSION = 2
/** Most characters of a request's id. */
export const MAX_ID = 64

/**
 * What is asked for: an HTTP request to be answered; what became of an id, where nothing is run; or nothing but that a payment be taken, for
 * whoever carries payments apart from requests and seals none.
 */
export type RequestKind = 'call' | 'ask' | 'payment'
const KINDS: readonly RequestKind[] = ['call', 'ask', 'payment']

/** What a request on a tab says in its header, but for its seal. */
export interface TabRequest {
  readonly virtualId: Id
  /** Names the request: it is run at most once, and charged at most once. */
  readonly id: string
  /** When the id was first used, Unix milliseconds by the payer's clock. */
  readonly time: number
  /** Every id of an earlier time is settled: the payer will not ask for it any more. */
  readonly settled: number
  /** The server's, as the payer knew it when the id was first used. */
  readonly epoch: string
  /** Of the offer that was accepted. */
  readonly price: Hex
  /** Most that the request may charge, base units. */
  readonly limit: bigint
  /** The highest voucher signed: an amount, and the payer's signature. */
  readonly voucher: { readonly amount: bigint; readonly signature: Hex }
  readonly kind: RequestKind
  /** With the first requests on a tab. */
  readonly opening?: TabOpening
}

/** What a payee has to know of a tab once. */
export interface TabOpening {
  readonly terms: VirtualTerms
  /** The payer's public key. */
  readonly key: Hex
}

/** What is sealed of an HTTP request. */
export interface SealedRequest {
  readonly method: string
  /** Path and query. */
  readonly target: string
  /** Of the body, which may be empty. */
  readonly digest: Hex
}

/** The lines that a request's seal is over. A payment apart seals no request. */
export function requestLines(sealed: SealedRequest, request: TabRequest): readonly string[] {
  const { id, time, settled, epoch, price, limit, voucher, kind } = request
  const { method, target, digest } = kind === 'payment' ? { method: '', target: '', digest: '' } : sealed
  const counts = [time, settled, limit, voucher.amount].map(String)
  return ['sluice tab 1 request', kind, method, target, digest, id, epoch, price, ...counts]
}

/** A request on a tab as JSON: what x402 calls its payload. */
export function tabRequestToJson(request: TabRequest, mac: Hex): { readonly tab: object } {
  const { virtualId, id, time, settled, epoch, price, limit, voucher, kind, opening } = request
  const tab = {
    virtualId,
    id,
    time,
    settled,
    epoch,
    price,
    limit: String(limit),
    voucher: { amount: String(voucher.amount), signature: voucher.signature },
    ...(kind !== 'call' && { kind }),
    ...(opening && { open: { terms: termsToJson(opening.terms), key: opening.key } }),
    mac,
  }
  return { tab }
}

/** The header PAYMENT-SIGNATURE of a request on a tab. */
export function encodeTabRequest(request: TabRequest, mac: Hex): string {
  return encodeHeader({ x402Version: X402_VERSION, payload: tabRequestToJson(request, mac) })
}

function readOpening(value: unknown, field: string): TabOpening {
  const fields = asObject(value, field)
  const terms = readTerms(asObject(fields.terms, `${field}.terms`))
  return { terms, key: asHex(fields.key, `${field}.key`, 65) }
}

function readVoucher(fields: Fields): TabRequest['voucher'] {
  return {
    amount: asAmount(fields.amount, 'voucher.amount'),
    signature: asHex(fields.signature, 'voucher.signature', 65),
  }
}

function readKind(value: unknown, field: string): RequestKind {
  const kind = KINDS.find((one) => one === value)
  if (kind === undefined) throw invalid(field, KINDS.join(', '))
  return kind
}

/** A request on a tab, and its seal. */
export interface SealedTabRequest {
  readonly request: TabRequest
  readonly mac: Hex
}

/** Reads the header. Whether the seal is right is for its reader to check. @throws HttpError `HEADER_…`, `FIELD_INVALID`. */
export function decodeTabRequest(text: string): SealedTabRequest {
  const fields = decodeHeader(PAYMENT_SIGNATURE, text)
  asConstant(fields.x402Version, 'x402Version', X402_VERSION)
  return tabRequestFromJson(fields.payload)
}

/** Reads x402's payload. @throws HttpError `FIELD_INVALID`. */
export function tabRequestFromJson(payload: unknown): SealedTabRequest {
  const tab = asObject(asObject(payload, 'payload').tab, 'payload.tab')
  const safe = Number.MAX_SAFE_INTEGER
  const opening = optional(tab.open, 'tab.open', readOpening)
  const request: TabRequest = {
    virtualId: asHex(tab.virtualId, 'tab.virtualId', 32),
    id: asToken(tab.id, 'tab.id', MAX_ID),
    time: asInteger(tab.time, 'tab.time', safe),
    settled: asInteger(tab.settled, 'tab.settled', safe),
    epoch: asToken(tab.epoch, 'tab.epoch', 32),
    price: asHex(tab.price, 'tab.price', 16),
    limit: asAmount(tab.limit, 'tab.limit'),
    voucher: readVoucher(asObject(tab.voucher, 'tab.voucher')),
    kind: optional(tab.kind, 'tab.kind', readKind) ?? 'call',
    ...(opening !== undefined && { opening }),
  }
  return { request, mac: asHex(tab.mac, 'tab.mac', 32) }
}

/** The voucher of a tab: amounts alone, without ticks. */
export function tabVoucher(virtualId: Id, { amount, signature }: TabRequest['voucher']): SignedVoucher {
  return { voucher: { virtualId, amount, tickAnchor: ZERO_HASH, tickValue: 0n, tickCount: 0 }, signature }
}
