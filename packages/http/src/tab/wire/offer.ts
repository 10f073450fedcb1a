import type { Address, Hex, Keccak256 } from '@sluice/protocol'
import {
  asAddress,
  asAmount,
  asArray,
  asConstant,
  asHex,
  asInteger,
  asNetwork,
  asObject,
  asText,
  invalid,
  optional,
} from '../../headers/fields.ts'
import { decodeHeader, encodeHeader } from '../../headers/header-json.ts'
import { hubsFromJson, PROTOCOL_VERSION, readPeerUrl, SCHEME } from '../../headers/offer.ts'
import { offerKind, PAYMENT_REQUIRED } from '../../headers/payment-required.ts'
import type { Hub } from '../../ports.ts'
import { CALL, hashTerms, partCharge, priceFromJson, priceToJson, type TabPrice } from './price.ts'

const X402_VERSION = 2
const MAX_OFFERS = 16
const MAX_TEXT = 1024
/** Most characters of a header that a server sends: more do not get through a proxy with its usual buffers. */
export const MAX_ANSWER_HEADER = 2_560

/** Whether a request is paid for once it is answered, or before it is begun. */
export type TabPayment = 'credit' | 'upfront'

/** Classes of status that charge, by their first digit. */
export type ChargingClasses = readonly number[]

/** What a server wants for a request on a tab: x402's PaymentRequirements of the scheme `sluice`, with `extra.tab`. */
export interface TabOffer {
  /** CAIP-2. */
  readonly network: string
  /** The token; zero for the native one. */
  readonly asset: Address
  /** The payee's account. */
  readonly payTo: Address
  /** How long the server waits for V's lock, and for the next voucher, in seconds. */
  readonly maxTimeoutSeconds: number
  readonly contract: Address
  /** The payee's signer: the last member of V's path. */
  readonly signer: Address
  /** Its public key: requests are authenticated by what it shares with the payer's. */
  readonly key: Hex
  readonly hubs: readonly Hub[]
  /** Where the payee's peer transport listens. */
  readonly url?: string
  readonly price: TabPrice
  readonly payment: TabPayment
  /** What a tab may owe at any time, base units. */
  readonly window: bigint
  readonly charges: ChargingClasses
  /** Names what the server remembers of ids: another one after each start. */
  readonly epoch: string
  /** It takes payments apart from requests alone, and wants the offer back with each, as x402 has it. */
  readonly isApart?: boolean
  /** The JSON that it was read from. */
  readonly asMade?: object
}

/** What one offer agrees to beside who is paid: two with the same hash cost the same. */
export function offerHash(keccak256: Keccak256, { asset, price, payment, charges }: TabOffer): Hex {
  const parts = price.map(({ unit, amount, per }) => `${unit} ${amount} ${per}`)
  return hashTerms(keccak256, ['sluice tab 1 price', asset, payment, charges.join(' '), ...parts])
}

/** What a request costs before anything of it is counted: x402's amount. */
export function callCharge(price: TabPrice): bigint {
  const part = price.find(({ unit }) => unit === CALL)
  return part === undefined ? 0n : partCharge(part, 1)
}

/** The offer as x402 writes it. */
export function tabOfferToJson(offer: TabOffer): object {
  return {
    scheme: SCHEME,
    network: offer.network,
    amount: String(callCharge(offer.price)),
    asset: offer.asset,
    payTo: offer.payTo,
    maxTimeoutSeconds: offer.maxTimeoutSeconds,
    extra: {
      version: PROTOCOL_VERSION,
      contract: offer.contract,
      signer: offer.signer,
      hubs: offer.hubs,
      url: offer.url,
      tab: {
        key: offer.key,
        price: priceToJson(offer.price),
        payment: offer.payment,
        window: String(offer.window),
        charges: offer.charges,
        epoch: offer.epoch,
        ...(offer.isApart && { apart: true }),
      },
    },
  }
}

function readPayment(value: unknown, field: string): TabPayment {
  if (value !== 'credit' && value !== 'upfront') throw invalid(field, '"credit" or "upfront"')
  return value
}

/** A text of printable ASCII without blanks. */
export function asToken(value: unknown, field: string, max: number): string {
  const text = asText(value, field, max)
  if (!/^[\x21-\x7e]+$/.test(text)) throw invalid(field, `1 to ${max} printable ASCII characters without blanks`)
  return text
}

/** Reads an offer for a tab. @throws HttpError `FIELD_INVALID`. */
export function tabOfferFromJson(value: unknown, field: string): TabOffer {
  const fields = asObject(value, field)
  asConstant(fields.scheme, `${field}.scheme`, SCHEME)
  const extra = asObject(fields.extra, `${field}.extra`)
  asConstant(extra.version, `${field}.extra.version`, PROTOCOL_VERSION)
  const tab = asObject(extra.tab, `${field}.extra.tab`)
  const at = (name: string): string => `${field}.extra.tab.${name}`
  const url = optional(extra.url, `${field}.extra.url`, readPeerUrl)
  return {
    network: asNetwork(fields.network, `${field}.network`),
    asset: asAddress(fields.asset, `${field}.asset`),
    payTo: asAddress(fields.payTo, `${field}.payTo`),
    maxTimeoutSeconds: asInteger(fields.maxTimeoutSeconds, `${field}.maxTimeoutSeconds`, 86_400),
    contract: asAddress(extra.contract, `${field}.extra.contract`),
    signer: asAddress(extra.signer, `${field}.extra.signer`),
    hubs: hubsFromJson(extra.hubs, `${field}.extra.hubs`),
    ...(url === undefined ? {} : { url }),
    key: asHex(tab.key, at('key'), 65),
    price: priceFromJson(tab.price, at('price')),
    payment: readPayment(tab.payment, at('payment')),
    window: asAmount(tab.window, at('window')),
    charges: asArray(tab.charges, at('charges'), 5).map((digit) => asInteger(digit, at('charges'), 5)),
    epoch: asToken(tab.epoch, at('epoch'), 32),
    ...(tab.apart === true && { isApart: true }),
    asMade: fields,
  }
}

/**
 * The header PAYMENT-REQUIRED with offers for a tab. Of hubs it names as many as the header has room for, the first ones; then it leaves out what
 * only people read.
 *
 * @param error Why payment is asked for.
 * @param room Characters that it may have.
 */
export function encodeTabRequired(
  error: string,
  url: string,
  offers: readonly TabOffer[],
  room = MAX_ANSWER_HEADER,
): string {
  const encode = (hubs: number, texts: { readonly error?: string; readonly resource: { readonly url: string } }) => {
    const accepts = offers.map((offer) => tabOfferToJson({ ...offer, hubs: offer.hubs.slice(0, hubs) }))
    return encodeHeader({ x402Version: X402_VERSION, ...texts, accepts })
  }
  const texts = { error: error.slice(0, 160), resource: { url: url.slice(0, 256) } }
  for (let hubs = 16; hubs > 0; hubs--) {
    const header = encode(hubs, texts)
    if (header.length <= room) return header
  }
  return encode(1, { resource: { url: url.slice(0, 64) } })
}

/** The offers for a tab in a header PAYMENT-REQUIRED; others are passed over. @throws HttpError `HEADER_…`, `FIELD_INVALID`. */
export function decodeTabRequired(text: string): { readonly error?: string; readonly offers: readonly TabOffer[] } {
  const fields = decodeHeader(PAYMENT_REQUIRED, text)
  asConstant(fields.x402Version, 'x402Version', X402_VERSION)
  const error = optional(fields.error, 'error', (value, name) => asText(value, name, MAX_TEXT))
  const accepts = asArray(fields.accepts, 'accepts', MAX_OFFERS)
  const offers = accepts.flatMap((one, i) => (offerKind(one) === 'tab' ? [tabOfferFromJson(one, `accepts[${i}]`)] : []))
  return { ...(error !== undefined && { error }), offers }
}
