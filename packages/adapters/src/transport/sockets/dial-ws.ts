import { rootCertificates } from 'node:tls'
import { WebSocket } from 'ws'
import { checkPublicHost, lookupPublic, NotPublicError } from '../../net/public-address.ts'
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
  return async (url, { messageBytes, timeoutMs, signal, publicOnly, opened }) => {
    checkUrl(url)
    if (publicOnly) checkPublic(url)
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(url, {
        maxPayload: messageBytes,
        handshakeTimeout: timeoutMs,
        perMessageDeflate: false,
        followRedirects: false,
        ...(publicOnly && { lookup: lookupPublic }),
        ...trusted,
      })
      const abort = (): void => {
        socket.terminate()
        reject(new TransportError('TRANSPORT_STOPPED'))
      }
      signal.addEventListener('abort', abort, { once: true })
      socket.once('error', (cause) => {
        signal.removeEventListener('abort', abort)
        const isPrivate = cause instanceof NotPublicError
        reject(
          isPrivate
            ? notPublic(url, cause)
            : new TransportError('TRANSPORT_UNREACHABLE', { url, reason: reasonOf(cause) }, cause),
        )
      })
      socket.once('open', () => {
        signal.removeEventListener('abort', abort)
        opened(createWsWire(socket, delay && createDelay(delay)))
        resolve()
      })
    })
  }
}

function notPublic(url: string, cause: Error): TransportError {
  return new TransportError('TRANSPORT_NOT_PUBLIC', { url, reason: cause.message }, cause)
}

function checkPublic(url: string): void {
  try {
    checkPublicHost(new URL(url).hostname)
  } catch (cause) {
    throw cause instanceof NotPublicError ? notPublic(url, cause) : cause
  }
}

// Dialling a name with several addresses fails with one error for each, and an empty message for all.
function reasonOf(cause: Error): string {
  if (cause instanceof AggregateError) return cause.errors.map((error: Error) => error.message).join('; ')
  return cause.message
}
