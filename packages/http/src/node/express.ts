import type { IncomingMessage, ServerResponse } from 'node:http'
import type { WebHandler } from '../tab/seller/seller.ts'
import { type NodeHandlerOptions, serveFetch } from './node-listener.ts'

/** What Express 5 calls for a request. */
export type ExpressHandler = (request: IncomingMessage, response: ServerResponse) => void

/**
 * Lets a web-standard handler, such as a paid one, answer a route of Express 5. It has to stand before parsers of bodies: what a payer seals
 * is the body as it comes.
 *
 * @example `const answer = toExpress(() => new Response('hello')) // app.get('/hello', answer)`
 */
export function toExpress(handler: WebHandler, options: NodeHandlerOptions = {}): ExpressHandler {
  return (request, response) => serveFetch(handler, options, request, response)
}
