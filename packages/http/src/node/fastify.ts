import type { IncomingMessage, ServerResponse } from 'node:http'
import type { WebHandler } from '../tab/seller/seller.ts'
import { type NodeHandlerOptions, serveFetch } from './node-listener.ts'

/** What is needed of a request and a reply of Fastify. */
interface RawRequest {
  readonly raw: IncomingMessage
}
interface RawReply {
  readonly raw: ServerResponse
  hijack(): unknown
}

/** What is needed of an instance of Fastify. */
export interface FastifyLike {
  removeAllContentTypeParsers(): unknown
  addContentTypeParser(
    type: string,
    parse: (request: unknown, body: unknown, done: (error: null) => void) => void,
  ): unknown
  all(path: string, handler: (request: RawRequest, reply: RawReply) => void): unknown
}

/**
 * A plugin of Fastify that lets a web-standard handler, such as a paid one, answer all below its prefix. Within it bodies are not parsed: what
 * a payer seals is the body as it comes.
 *
 * @example `const plugin = toFastify(() => new Response('hello')) // app.register(plugin, { prefix: '/api' })`
 */
export function toFastify(handler: WebHandler, options: NodeHandlerOptions = {}) {
  return async (instance: FastifyLike): Promise<void> => {
    instance.removeAllContentTypeParsers()
    instance.addContentTypeParser('*', (_request, _body, done) => done(null))
    const answer = (request: RawRequest, reply: RawReply): void => {
      reply.hijack()
      serveFetch(handler, options, request.raw, reply.raw)
    }
    // With a prefix, its own path is another one than those below it.
    instance.all('/', answer)
    instance.all('/*', answer)
  }
}
