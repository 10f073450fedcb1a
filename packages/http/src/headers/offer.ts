import type { Address } from '@sluice/protocol'
import type { Hub } from '../ports.ts'
import {
  asAddress,
  asAmount,
  asArray,
  asConstant,
  asInteger,
  asNetwork,
  asObject,
  asUrl,
  invalid,
  optional,
} from './fields.ts'
import type { Price } from './price.ts'

/** The x402 scheme of this project. */
export const SCHEME = 'sluice'
/** The version of the protocol that vouchers are signed for. */
export const PROTOCOL_VERSION = '1'
/** Most hubs that an offer names: it has to fit into a header. */
export const MAX_HUBS = 16
const MAX_BYTES = Number.MAX_SAFE_INTEGER

/** What a server wants for a resource: x402's PaymentRequirements of the scheme `sluice`. */
export interface Offer {
  /** CAIP-2. */
  readonly network: string
  /** What the whole resource costs, base units: the capacity that pays for all of it. */
  readonly amount: bigint
  /** The token; zero for the native one. */
  readonly asset: Address
  /** The payee's account. */
  readonly payTo: Address
  /** How long the server waits for V's lock, and for the next voucher, in seconds. */
  readonly maxTimeoutSeconds: number
  /** The payee's signer: the last member of V's path. */
  readonly signer: Address
  readonly price: Price
  /** Bytes that are served ahead of payment. */
  readonly window: number
  readonly hubs: readonly Hub[]
  readonly contract: Address
  /** Bytes of the whole resource. */
  readonly length: number
  /** Where the payee's peer transport listens. */
  readonly url?: string
}

/** The offer as x402 writes it. */
export function offerToJson(offer: Offer): object {
  return {
    scheme: SCHEME,
    network: offer.network,
    amount: String(offer.amount),
    asset: offer.asset,
    payTo: offer.payTo,
    maxTimeoutSeconds: offer.maxTimeoutSeconds,
    extra: {
      signer: offer.signer,
      price: { amount: String(offer.price.amount), per: String(offer.price.per) },
      window: offer.window,
      hubs: offer.hubs,
      contract: offer.contract,
      version: PROTOCOL_VERSION,
      length: offer.length,
      url: offer.url,
    },
  }
}

function readPrice(value: unknown, field: string): Price {
  const fields = asObject(value, field)
  const per = asAmount(fields.per, `${field}.per`)
  if (per === 0n) throw invalid(`${field}.per`, 'at least 1')
  return { amount: asAmount(fields.amount, `${field}.amount`), per }
}

/** Where a peer transport listens. */
export const readPeerUrl = (value: unknown, field: string): string => asUrl(value, field, ['ws:', 'wss:'])

function readHub(value: unknown, field: string): Hub {
  const fields = asObject(value, field)
  const signer = asAddress(fields.signer, `${field}.signer`)
  const url = optional(fields.url, `${field}.url`, readPeerUrl)
  return url === undefined ? { signer } : { signer, url }
}

/** Reads the hubs of an offer. */
export function hubsFromJson(value: unknown, field: string): Hub[] {
  return asArray(value, field, MAX_HUBS).map((hub, i) => readHub(hub, `${field}[${i}]`))
}

/**
 * Reads an offer of the scheme `sluice`. Fields that are not known are ignored, those that are known are checked.
 *
 * @throws HttpError `FIELD_INVALID`.
 */
export function offerFromJson(value: unknown, field = 'accepts'): Offer {
  const fields = asObject(value, field)
  asConstant(fields.scheme, `${field}.scheme`, SCHEME)
  const extra = asObject(fields.extra, `${field}.extra`)
  asConstant(extra.version, `${field}.extra.version`, PROTOCOL_VERSION)
  const url = optional(extra.url, `${field}.extra.url`, readPeerUrl)
  return {
    network: asNetwork(fields.network, `${field}.network`),
    amount: asAmount(fields.amount, `${field}.amount`),
    asset: asAddress(fields.asset, `${field}.asset`),
    payTo: asAddress(fields.payTo, `${field}.payTo`),
    maxTimeoutSeconds: asInteger(fields.maxTimeoutSeconds, `${field}.maxTimeoutSeconds`, 86_400),
    signer: asAddress(extra.signer, `${field}.extra.signer`),
    price: readPrice(extra.price, `${field}.extra.price`),
    window: asInteger(extra.window, `${field}.extra.window`, MAX_BYTES),
    hubs: hubsFromJson(extra.hubs, `${field}.extra.hubs`),
    contract: asAddress(extra.contract, `${field}.extra.contract`),
    length: asInteger(extra.length, `${field}.extra.length`, MAX_BYTES),
    ...(url === undefined ? {} : { url }),
  }
}

/** The first field in which two offers differ as far as money is concerned, or undefined. The hubs may change while a client decides. */
export function offerDifference(a: Offer, b: Offer): string | undefined {
  const names = ['network', 'asset', 'payTo', 'signer', 'contract', 'amount', 'window', 'length'] as const
  const different = names.find((name) => a[name] !== b[name])
  if (different !== undefined) return different
  return a.price.amount === b.price.amount && a.price.per === b.price.per ? undefined : 'price'
}
