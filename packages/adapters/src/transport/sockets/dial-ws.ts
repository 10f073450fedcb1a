import { rootCertificates } from 'node:tls'
import { WebSocket } from 'ws'
import { TransportError } from '../errors.ts'
import { createDelay, type DelayOptions } from './delay.ts'
import { checkUrl } from './url.ts'
import type { Dial } from './wire.ts'
import { createWsWire } from './wire-ws.ts'

export interface WsDialOptions {
  readonly delay?: DelayOptions | undefined
  /** Certificates to trust besides the well-known ones, PEM. */
  readonly ca?: string | undefined
}

/** Dials with the package `ws`. */
export function createWsDial({ delay, ca }: WsDialOptions = {}): Dial {
  const trusted = ca === undefined ? {} : { ca: [...rootCertificates, ca] }
  return (url, { messageBytes, timeoutMs, signal, opened }) => {
    checkUrl(url)
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(url, {
        maxPayload: messageBytes,
        handshakeTimeout: timeoutMs,
        perMessageDeflate: false,
        followRedirects: false,
        ...trusted,
      })
      const abort = (): void => {
        socket.terminate()
        reject(new TransportError('TRANSPORT_STOPPED'))
      }
      signal.addEventListener('abort', abort, { once: true })
      socket.once('error', (cause) => {
        signal.removeEventListener('abort', abort)
        reject(new TransportError('TRANSPORT_UNREACHABLE', { url, reason: reasonOf(cause) }, cause))
      })
      socket.once('open', () => {
        signal.removeEventListener('abort', abort)
        opened(createWsWire(socket, delay && createDelay(delay)))
        resolve()
      })
    })
  }
}

// Dialling a name with several addresses fails with one error for each, and an empty message for all.
function reasonOf(cause: Error): string {
  if (cause instanceof AggregateError) return cause.errors.map((error: Error) => error.message).join('; ')
  return cause.message
}
