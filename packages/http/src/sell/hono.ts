import type { WebHandler } from '../tab/seller/seller.ts'

/** What is needed of a context of Hono. */
export interface HonoContext {
  readonly req: { readonly raw: Request }
}

/**
 * Lets a web-standard handler, such as a paid one, answer a route of Hono.
 *
 * @example `const answer = toHono(() => new Response('hello')) // app.post('/hello', answer)`
 */
export function toHono(handler: WebHandler): (context: HonoContext) => Promise<Response> {
  return async ({ req }) => handler(req.raw)
}
