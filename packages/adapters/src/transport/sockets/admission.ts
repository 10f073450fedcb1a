import type { Socket } from 'node:net'
import type { TransportLimits } from '../limits.ts'

/** How many connections come from one IP address. */
interface Counts {
  all: number
  unauthenticated: number
}

/** Counts incoming connections, from their first byte on, and turns away what is over the limits. */
export class Admission {
  readonly #limits: TransportLimits
  readonly #connections = new Map<Socket, Counts>()
  readonly #unauthenticated = new Set<Socket>()
  readonly #byIp = new Map<string, Counts>()

  constructor(limits: TransportLimits) {
    this.#limits = limits
  }

  /** Whether the connection may go on. */
  admit(socket: Socket): boolean {
    const ip = socket.remoteAddress ?? ''
    const counts = this.#byIp.get(ip) ?? { all: 0, unauthenticated: 0 }
    if (!this.#hasRoom(counts)) return false
    this.#byIp.set(ip, counts)
    counts.all++
    counts.unauthenticated++
    this.#connections.set(socket, counts)
    this.#unauthenticated.add(socket)
    socket.once('close', () => {
      this.authenticated(socket)
      this.#connections.delete(socket)
      counts.all--
      if (counts.all === 0) this.#byIp.delete(ip)
    })
    return true
  }

  /** The other end has proved a key. */
  authenticated(socket: Socket): void {
    const counts = this.#connections.get(socket)
    if (counts !== undefined && this.#unauthenticated.delete(socket)) counts.unauthenticated--
  }

  isUnauthenticated(socket: Socket): boolean {
    return this.#unauthenticated.has(socket)
  }

  isCounted(socket: unknown): socket is Socket {
    return this.#connections.has(socket as Socket)
  }

  all(): Iterable<Socket> {
    return this.#connections.keys()
  }

  #hasRoom(from: Counts): boolean {
    const { connections, connectionsPerIp, unauthenticated, unauthenticatedPerIp } = this.#limits
    return (
      this.#connections.size < connections &&
      this.#unauthenticated.size < unauthenticated &&
      from.all < connectionsPerIp &&
      from.unauthenticated < unauthenticatedPerIp
    )
  }
}
