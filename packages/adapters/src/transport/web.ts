import type { Transport } from '@sluice/engine'
import { TransportError } from './errors.ts'
import type { Primitives } from './session/primitives.ts'
import { checkUrl } from './sockets/url.ts'
import type { Dial } from './sockets/wire.ts'
import { createWebWire } from './sockets/wire-web.ts'
import { SocketTransport, type TransportOptions } from './transport.ts'

export { TransportError } from './errors.ts'
export { defaultTransportLimits, type TransportLimits } from './limits.ts'
export type { TransportOptions } from './transport.ts'

// A browser says nothing about why a socket could not be had.
const dial: Dial = (url, { messageBytes, timeoutMs, signal, opened }) => {
  checkUrl(url)
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url)
    const settle = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
      socket.onopen = null
      socket.onerror = null
    }
    const fail = (error: TransportError): void => {
      settle()
      socket.close()
      reject(error)
    }
    const unreachable = (reason: string): void => fail(new TransportError('TRANSPORT_UNREACHABLE', { url, reason }))
    const abort = (): void => fail(new TransportError('TRANSPORT_STOPPED'))
    const timer = setTimeout(() => unreachable('no answer in time'), timeoutMs)
    signal.addEventListener('abort', abort)
    socket.onerror = () => unreachable('the connection failed')
    socket.onopen = () => {
      settle()
      opened(createWebWire(socket, messageBytes))
      resolve()
    }
  })
}

/** Comes later, with what its errors mean: a page shows itself before it needs a session. */
async function loadPrimitives(): Promise<Primitives> {
  const { webPrimitives, explainTransport } = await import('./session/primitives-web.ts')
  explainTransport()
  return webPrimitives
}

/** Sessions over the platform's own WebSocket, in browsers; it dials and does not listen. */
export function createWebTransport(options: TransportOptions): Transport {
  return new SocketTransport(options, { primitives: loadPrimitives, dial })
}
