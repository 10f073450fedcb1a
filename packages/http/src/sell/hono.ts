import type { FetchHandler } from '../tab/seller/seller.ts'

/** What is needed of a context of Hono. */
export interface HonoContext {
  readonly req: { readonly raw: Request }
}

/**
 * Lets a web-standard handler, such as a paid one, answer a route of Hono.
 *
 * @example `const answer = toHono(async () => new Response('hello')) // app.post('/hello', answer)`
 */
export function toHono(handler: FetchHandler): (context: HonoContext) => Promise<Response> {
  return ({ req }) => handler(req.raw)
}
