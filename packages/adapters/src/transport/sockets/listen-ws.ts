import { once } from 'node:events'
import { createServer as createHttpServer, type Server } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { TransportError } from '../errors.ts'
import type { TransportLimits } from '../limits.ts'
import { Admission } from './admission.ts'
import { createDelay, type DelayOptions } from './delay.ts'
import type { Accept, Listener } from './wire.ts'
import { createWsWire } from './wire-ws.ts'

/** Largest head of a request that asks for a WebSocket, bytes. */
const HEADER_BYTES = 8 * 1024

export interface ListenOptions {
  readonly host: string
  /** 0 takes any free one. */
  readonly port: number
  /** Listens for wss:// with this certificate; without it a proxy in front does, or the network is trusted not to be read. */
  readonly tls?: { readonly key: string; readonly cert: string }
  /** What a plain `GET /` is answered with, as JSON that any page may read: who listens here. Default: nothing. */
  readonly greeting?: () => string
}

/** How its sockets are. */
export interface SocketOptions {
  readonly limits: TransportLimits
  /** The largest message. */
  readonly messageBytes: number
  readonly delay: DelayOptions | undefined
}

/** A listener and where it listens. */
export interface WsListener extends Listener {
  readonly host: string
  readonly port: number
}

function createServer(options: ListenOptions, limits: TransportLimits): Server {
  const http = {
    maxHeaderSize: HEADER_BYTES,
    headersTimeout: limits.handshakeMs,
    requestTimeout: limits.handshakeMs,
    connectionsCheckingInterval: Math.min(1_000, limits.handshakeMs),
  }
  return options.tls === undefined ? createHttpServer(http) : createHttpsServer({ ...http, ...options.tls })
}

async function bind(server: Server, { host, port }: ListenOptions): Promise<AddressInfo> {
  try {
    server.listen(port, host)
    await once(server, 'listening')
    return server.address() as AddressInfo
  } catch (cause) {
    if (Reflect.get(Object(cause), 'code') === 'EADDRINUSE') {
      throw new TransportError('TRANSPORT_PORT_TAKEN', { host, port }, cause)
    }
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new TransportError('TRANSPORT_LISTEN_FAILED', { host, port, reason }, cause)
  }
}

/** Every connection has the same time to prove a key, whatever it does with it. */
function guard(server: Server, admission: Admission, limits: TransportLimits, greeting?: () => string): void {
  server.on('connection', (socket: Socket) => {
    if (!admission.admit(socket)) {
      socket.destroy()
      return
    }
    const timer = setTimeout(() => {
      if (admission.isUnauthenticated(socket)) socket.destroy()
    }, limits.handshakeMs)
    socket.once('close', () => clearTimeout(timer))
  })
  server.on('request', ({ method, url }, response) => {
    if (greeting !== undefined && method === 'GET' && url === '/') {
      const headers = { 'content-type': 'application/json', 'access-control-allow-origin': '*', connection: 'close' }
      response.writeHead(200, headers).end(greeting())
      return
    }
    response.writeHead(426, { connection: 'close', upgrade: 'websocket' }).end()
  })
}

/** TLS hands a socket of its own over; the connection counted is the one below it. */
function rawSocket(socket: Duplex, admission: Admission): Socket | undefined {
  const below = Reflect.get(socket, '_parent')
  return [socket, below].find((one) => admission.isCounted(one))
}

/** Accepts WebSockets within the limits. */
export async function listenWs(
  options: ListenOptions,
  accept: Accept,
  { limits, messageBytes, delay }: SocketOptions,
): Promise<WsListener> {
  const server = createServer(options, limits)
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: messageBytes,
    perMessageDeflate: false,
  })
  const admission = new Admission(limits)
  guard(server, admission, limits, options.greeting)
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy())
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      accept(createWsWire(webSocket, delay && createDelay(delay)), () => {
        const counted = rawSocket(socket, admission)
        if (counted !== undefined) admission.authenticated(counted)
      })
    })
  })
  const { address, port } = await bind(server, options)
  return {
    host: address,
    port,
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      for (const socket of admission.all()) socket.destroy()
      await closed
    },
  }
}
