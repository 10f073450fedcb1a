import type { Gate } from '../gate/gate.ts'
import { type Reply, type RequestLike, toResponse } from '../gate/reply.ts'
import { serveFree } from '../gate/representation.ts'
import type { Resource } from '../gate/resource.ts'
import { decodeHeader, encodeHeader, MAX_HEADER } from '../headers/header-json.ts'
import { PAYMENT_REQUIRED } from '../headers/payment-required.ts'
import { PAYMENT_SIGNATURE } from '../headers/payment-signature.ts'
import type { RoutePrice } from '../tab/payee/route.ts'
import type { Seller } from '../tab/seller/seller.ts'

export interface ResourceSelling {
  /** Sells one resource on a virtual channel of its own. */
  readonly gate: Gate
  /** Sells requests on tabs. */
  readonly seller: Seller
  /** What any resource costs on a tab, by the call and by the byte. The same for all: a client is told it once. */
  readonly price: RoutePrice
}

/**
 * Serves resources for payment by whatever the client pays with: a virtual channel for this one, which can be gone on with, or a tab, which pays for many. Who pays with
 * nothing is offered both.
 *
 * @throws TabError `PRICE_INVALID`.
 * @example `const handler = createGateway({ content, serve: sellResources({ gate, seller, price }) })`
 */
export function sellResources({
  gate,
  seller,
  price,
}: ResourceSelling): (request: RequestLike, resource: Resource) => Promise<Reply> {
  // A price that cannot be is said at the start.
  seller.requestOffer(price)
  return async (request, resource) => {
    if (isOnTab(request.headers.get(PAYMENT_SIGNATURE))) return serveOnTab(seller, price, request, resource)
    const reply = await gate.serve(request, resource)
    if (reply.status === 402) addOffer(reply.headers, seller.requestOffer(price))
    return reply
  }
}

function isOnTab(header: string | null): boolean {
  if (header === null) return false
  try {
    const { payload } = decodeHeader(PAYMENT_SIGNATURE, header)
    return typeof payload === 'object' && payload !== null && 'tab' in payload
  } catch {
    // What cannot be read is refused by the gate.
    return false
  }
}

async function serveOnTab(
  seller: Seller,
  price: RoutePrice,
  { method, url, headers, signal }: RequestLike,
  resource: Resource,
): Promise<Reply> {
  const sold = seller.paid((asked) => toResponse(serveFree(asked, resource)), price)
  const response = await sold(new Request(url, { method, headers, signal }))
  const { status, body } = response
  return {
    status,
    headers: response.headers,
    ...(body !== null && method !== 'HEAD' && { body: body as AsyncIterable<Uint8Array> }),
  }
}

/** Adds an offer behind those of the header, where it has room. */
function addOffer(headers: Headers, offer: object): void {
  const header = headers.get(PAYMENT_REQUIRED)
  if (header === null) return
  const fields = decodeHeader(PAYMENT_REQUIRED, header)
  const accepts = Array.isArray(fields.accepts) ? fields.accepts : []
  const both = encodeHeader({ ...fields, accepts: [...accepts, offer] })
  if (both.length <= MAX_HEADER) headers.set(PAYMENT_REQUIRED, both)
}
