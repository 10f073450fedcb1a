import type { SluiceError } from '@sluice/protocol'
import { MAX_HUBS, type Offer } from '../headers/offer.ts'
import { encodePaymentRequired, PAYMENT_REQUIRED } from '../headers/payment-required.ts'
import { encodePaymentResponse, PAYMENT_RESPONSE } from '../headers/payment-response.ts'
import { owedFor, priceAtLeast } from '../headers/price.ts'
import type { AssetPrice, GateState } from './gate-state.ts'
import { errorReply, type Reply, type RequestLike } from './reply.ts'
import type { Resource } from './resource.ts'

/** What is wanted for a resource now: an offer for each token. */
export function offersFor(state: GateState, resource: Resource): readonly Offer[] {
  return state.assets.map((assetPrice) => offerIn(state, assetPrice, resource))
}

function offerIn(
  { options, timeout, assets }: GateState,
  { asset, price: perByte }: AssetPrice,
  resource: Resource,
): Offer {
  const { payee, window, least = 0 } = options
  const price = priceAtLeast(perByte, least, resource.length)
  // All offers share a header.
  const hubs = payee.hubs(asset).slice(0, Math.floor(MAX_HUBS / assets.length))
  return {
    network: payee.network,
    amount: owedFor(price, resource.length),
    asset,
    payTo: payee.account,
    maxTimeoutSeconds: Math.ceil(timeout / 1000),
    signer: payee.signer,
    price,
    window,
    hubs,
    contract: payee.contract,
    length: resource.length,
    ...(payee.url === undefined ? {} : { url: payee.url }),
  }
}

/** The header that says why a payment was refused. */
export function failure(state: GateState, error: SluiceError): Record<string, string> {
  const { network } = state.options.payee
  return { [PAYMENT_RESPONSE]: encodePaymentResponse({ success: false, network, errorReason: error.code }) }
}

/** The answer 402: why, and what is wanted. */
export function demand(state: GateState, request: RequestLike, resource: Resource, error: SluiceError): Reply {
  const { description, type } = resource
  const required = encodePaymentRequired({
    error: error.message.slice(0, 512),
    resource: {
      url: request.url.slice(0, 1024),
      mimeType: type,
      ...(description === undefined ? {} : { description }),
    },
    offers: offersFor(state, resource),
  })
  const refused = error.code === 'PAYMENT_REQUIRED' ? {} : failure(state, error)
  return errorReply(402, error, { [PAYMENT_REQUIRED]: required, ...refused })
}
