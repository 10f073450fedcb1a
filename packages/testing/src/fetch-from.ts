import { type Handler, toResponse } from '@sluice/http'

/**
 * A fetch that asks a handler and no network.
 *
 * @example `payer.fetch('http://shop.test/', { maxAmount: 100n, fetch: fetchFrom((request) => gate.serve(request, resource)) })`
 */
export function fetchFrom(handler: Handler): typeof fetch {
  return async (input, init) => toResponse(await handler(new Request(input, init)))
}
