import type { Transport } from '@sluice/engine'
import { explainErrors } from '@sluice/protocol'
import { transportErrors } from './error-codes.ts'
import { respond } from './session/handshake.ts'
import { nodePrimitives } from './session/primitives-node.ts'
import type { DelayOptions } from './sockets/delay.ts'
import { createWsDial } from './sockets/dial-ws.ts'
import { type ListenOptions, listenWs, type WsListener } from './sockets/listen-ws.ts'
import type { Accept } from './sockets/wire.ts'
import { SocketTransport, type TransportOptions } from './transport.ts'

export { transportErrors } from './error-codes.ts'

export { TransportError } from './errors.ts'
export { defaultTransportLimits, type TransportLimits } from './limits.ts'
export type { DelayOptions } from './sockets/delay.ts'
export type { ListenOptions } from './sockets/listen-ws.ts'

export interface WebSocketTransportOptions extends TransportOptions {
  /** Where to accept peers; without it this node only dials. */
  readonly listen?: ListenOptions
  /** Certificates to trust besides the well-known ones when dialling wss://, PEM. */
  readonly ca?: string
  /** Makes every message take longer, for measurements. */
  readonly delay?: DelayOptions
}

export interface WebSocketTransport extends Transport {
  /** Where it listens, once started. */
  readonly listening: { readonly host: string; readonly port: number } | undefined
  /** Connections that had to go for others, or were not taken, since it listens. */
  readonly turnedAway: number
}

/**
 * Sessions over WebSockets in Node.
 *
 * `start` rejects with TransportError `TRANSPORT_PORT_TAKEN` or `TRANSPORT_LISTEN_FAILED`; `connect` with
 * `TRANSPORT_URL_INVALID`, `TRANSPORT_UNREACHABLE`, `TRANSPORT_TIMEOUT`, `TRANSPORT_PEER_WRONG`, `TRANSPORT_PROOF_WRONG` and
 * others of the same table.
 *
 * @example
 * ```ts
 * const transport = createWebSocketTransport({ signer, crypto, domain: chain.domain, listen: { host: '127.0.0.1', port: 0 } })
 * await transport.start(handler)
 * transport.listening?.port
 * ```
 */
export function createWebSocketTransport(options: WebSocketTransportOptions): WebSocketTransport {
  explainErrors(transportErrors)
  let listening: WsListener | undefined
  const { listen: where, delay, ca } = options
  const transport = new SocketTransport(options, {
    primitives: async () => nodePrimitives,
    dial: createWsDial({ delay, ca }),
    ...(where !== undefined && {
      listening: {
        respond,
        listen: async (accept: Accept, limits, messageBytes) => {
          listening = await listenWs(where, accept, { limits, messageBytes, delay })
          return listening
        },
      },
    }),
  })
  return {
    start: (handler) => transport.start(handler),
    connect: (peer, url, how) => transport.connect(peer, url, how),
    stop: () => transport.stop(),
    get turnedAway() {
      return listening?.turnedAway ?? 0
    },
    get listening() {
      return listening && { host: listening.host, port: listening.port }
    },
  }
}
