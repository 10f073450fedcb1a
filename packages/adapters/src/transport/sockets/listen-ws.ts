import { once } from 'node:events'
import { createServer as createHttpServer, type IncomingMessage, type Server } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { networkOf, TrustedProxies } from '../../net/client-address.ts'
import { Places } from '../../net/places.ts'
import { TransportError } from '../errors.ts'
import type { TransportLimits } from '../limits.ts'
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
  /** Addresses, or networks as `10.0.0.0/8`, of proxies in front: what they write last into `X-Forwarded-For` is whose connection it is. */
  readonly trustedProxies?: readonly string[]
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
  /** Connections that had to go for others, or were not taken. */
  readonly turnedAway: number
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

/** Who may be connected, and for whom proxies ask. */
class Door {
  readonly #places: Places<Socket>
  readonly #proxies: TrustedProxies

  constructor(limits: TransportLimits, proxies: readonly string[]) {
    const { connections, unauthenticated, unauthenticatedPerIp, strangers, connectionsPerIp } = limits
    this.#proxies = new TrustedProxies(proxies)
    this.#places = new Places({
      connections,
      unproved: unauthenticated,
      unprovedPerAddress: unauthenticatedPerIp,
      strangers,
      strangersPerAddress: connectionsPerIp,
    })
  }

  get turnedAway(): number {
    return this.#places.turnedAway
  }

  all(): Iterable<Socket> {
    return this.#places.all()
  }

  /** Every connection has the same time to prove a key, whatever it does with it. */
  open(socket: Socket, handshakeMs: number): void {
    const isProxied = this.#proxies.includes(socket.remoteAddress)
    if (!this.#places.take(socket, isProxied ? undefined : networkOf(socket.remoteAddress ?? ''))) {
      socket.destroy()
      return
    }
    const timer = setTimeout(() => {
      if (this.#places.isUnproved(socket)) socket.destroy()
    }, handshakeMs)
    socket.once('close', () => {
      clearTimeout(timer)
      this.#places.leave(socket)
    })
  }

  /** TLS hands a socket of its own over; the connection counted is the one below it. */
  #counted(socket: Duplex): Socket | undefined {
    return [socket, Reflect.get(socket, '_parent')].find((one) => this.#places.has(one))
  }

  /** Asks for a WebSocket: now a proxy has said for whom. */
  name(socket: Duplex, { headers }: IncomingMessage): void {
    const counted = this.#counted(socket)
    if (counted === undefined || !this.#proxies.includes(counted.remoteAddress)) return
    this.#places.name(counted, networkOf(this.#proxies.clientOf(counted.remoteAddress, headers['x-forwarded-for'])))
  }

  /** Its other end has proved a key. */
  prove(socket: Duplex, isKnown: () => boolean): void {
    const counted = this.#counted(socket)
    if (counted !== undefined) this.#places.prove(counted, isKnown)
  }
}

/** Answers what asks for no WebSocket. */
function greet(server: Server, greeting?: () => string): void {
  server.on('request', ({ method, url }, response) => {
    if (greeting !== undefined && method === 'GET' && url === '/') {
      const headers = { 'content-type': 'application/json', 'access-control-allow-origin': '*', connection: 'close' }
      response.writeHead(200, headers).end(greeting())
      return
    }
    response.writeHead(426, { connection: 'close', upgrade: 'websocket' }).end()
  })
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
  const door = new Door(limits, options.trustedProxies ?? [])
  server.on('connection', (socket: Socket) => door.open(socket, limits.handshakeMs))
  greet(server, options.greeting)
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy())
    door.name(socket, request)
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      accept(createWsWire(webSocket, delay && createDelay(delay)), (isKnown) => door.prove(socket, isKnown))
    })
  })
  const { address, port } = await bind(server, options)
  return {
    host: address,
    port,
    get turnedAway() {
      return door.turnedAway
    },
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      for (const socket of door.all()) socket.destroy()
      await closed
    },
  }
}
