import type { IncomingMessage, RequestListener, Server } from 'node:http'
import type { Socket } from 'node:net'
import { networkOf, type TrustedProxies } from './client-address.ts'
import { Places } from './places.ts'

/** What an HTTP server takes. */
export interface ConnectionLimits {
  /** Connections in all, each of which holds a descriptor. */
  readonly connections: number
  /** Connections of one address. Those of a trusted proxy count for whom it asks. */
  readonly perAddress: number
  /** Requests that one address may have under way. */
  readonly requestsPerAddress: number
  /** From the first byte of a connection, or from the last answer on it, until a request is whole. Milliseconds. */
  readonly requestMs: number
  /** After so long without a byte either way a connection ends, whatever is under way on it. Milliseconds. */
  readonly silentMs: number
}

/** What happens to a server's connections. */
export interface LimitedServer {
  /** Connections that had to go for others, or were not taken. */
  readonly turnedAway: number
  /** Answers 429 to an address that has too many requests under way, and hands all others on. */
  guard(listener: RequestListener): RequestListener
}

/** How many requests of each address are under way. */
class Requests {
  readonly #max: number
  readonly #underWay = new Map<string, number>()

  constructor(max: number) {
    this.#max = max
  }

  begin(address: string): boolean {
    const count = this.#underWay.get(address) ?? 0
    if (count >= this.#max) return false
    this.#underWay.set(address, count + 1)
    return true
  }

  end(address: string): void {
    const count = (this.#underWay.get(address) ?? 0) - 1
    if (count > 0) this.#underWay.set(address, count)
    else this.#underWay.delete(address)
  }
}

/** Ends connections on which no request comes in time. The server's own timers look every half minute. */
class Waits {
  readonly #milliseconds: number
  readonly #timers = new Map<Socket, NodeJS.Timeout>()

  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds
  }

  begin(socket: Socket): void {
    if (socket.destroyed) return
    this.#timers.set(socket, setTimeout(() => socket.destroy(), this.#milliseconds).unref())
  }

  end(socket: Socket): void {
    clearTimeout(this.#timers.get(socket))
    this.#timers.delete(socket)
  }
}

/**
 * Bounds the connections of an HTTP server, so that no flood of them takes the descriptors that the rest of the process needs. A new one takes the
 * place of that which has been idle longest; one with a request under way keeps its place.
 *
 * @example
 * ```ts
 * const server = createServer()
 * const limited = limitConnections(server, limits, new TrustedProxies(['127.0.0.1']))
 * server.on('request', limited.guard(listener))
 * ```
 */
export function limitConnections(server: Server, limits: ConnectionLimits, proxies: TrustedProxies): LimitedServer {
  const { connections, perAddress, requestsPerAddress, requestMs, silentMs } = limits
  const places = new Places<Socket>({
    connections,
    unproved: connections,
    unprovedPerAddress: perAddress,
    strangers: connections,
    strangersPerAddress: perAddress,
  })
  const requests = new Requests(requestsPerAddress)
  const waits = new Waits(requestMs)
  server.headersTimeout = requestMs
  server.requestTimeout = requestMs
  server.on('connection', (socket: Socket) => {
    const remote = socket.remoteAddress
    const isProxied = proxies.includes(remote)
    if (!places.take(socket, isProxied ? undefined : networkOf(remote ?? ''))) socket.destroy()
    socket.setTimeout(silentMs, () => socket.destroy())
    waits.begin(socket)
    socket.once('close', () => {
      waits.end(socket)
      places.leave(socket)
    })
  })
  const clientOf = ({ socket, headers }: IncomingMessage): string =>
    networkOf(proxies.clientOf(socket.remoteAddress, headers['x-forwarded-for']))
  server.prependListener('request', (request, response) => {
    let isUnderWay = true
    waits.end(request.socket)
    places.name(request.socket, clientOf(request))
    places.prove(request.socket, () => isUnderWay)
    response.once('close', () => {
      isUnderWay = false
      waits.begin(request.socket)
    })
  })
  return {
    get turnedAway() {
      return places.turnedAway
    },
    guard: (listener) => (request, response) => {
      const address = clientOf(request)
      if (!requests.begin(address)) {
        response.writeHead(429, { 'retry-after': '1', connection: 'close' }).end()
        return
      }
      response.once('close', () => requests.end(address))
      listener(request, response)
    },
  }
}
