import { type Reply, type RequestLike, toResponse } from '@sluice/http'

/** A gate's handler, or a web-standard one such as a seller's. */
export type AnyHandler = (request: Request & RequestLike) => Promise<Reply | Response> | Response

/**
 * A fetch that asks a handler and no network.
 *
 * @example `payer.fetch('http://shop.test/', { maxAmount: 100n, fetch: fetchFrom((request) => gate.serve(request, resource)) })`
 */
export function fetchFrom(handler: AnyHandler): typeof fetch {
  return async (input, init) => {
    const answer = await handler(new Request(input, init))
    return answer instanceof Response ? answer : toResponse(answer)
  }
}
