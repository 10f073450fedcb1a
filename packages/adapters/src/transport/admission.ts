import type { Socket } from 'node:net'
import type { TransportLimits } from './limits.ts'

/** Counts incoming connections, from their first byte on, and turns away what is over the limits. */
export class Admission {
  readonly #limits: TransportLimits
  readonly #connections = new Map<Socket, string>()
  readonly #unauthenticated = new Set<Socket>()

  constructor(limits: TransportLimits) {
    this.#limits = limits
  }

  /** Whether the connection may go on. */
  admit(socket: Socket): boolean {
    const ip = socket.remoteAddress ?? ''
    if (!this.#hasRoom(ip)) return false
    this.#connections.set(socket, ip)
    this.#unauthenticated.add(socket)
    socket.once('close', () => {
      this.#connections.delete(socket)
      this.#unauthenticated.delete(socket)
    })
    return true
  }

  authenticated(socket: Socket): void {
    this.#unauthenticated.delete(socket)
  }

  isUnauthenticated(socket: Socket): boolean {
    return this.#unauthenticated.has(socket)
  }

  all(): Iterable<Socket> {
    return this.#connections.keys()
  }

  #hasRoom(ip: string): boolean {
    const { connections, connectionsPerIp, unauthenticated, unauthenticatedPerIp } = this.#limits
    if (this.#connections.size >= connections || this.#unauthenticated.size >= unauthenticated) return false
    let same = 0
    let sameUnauthenticated = 0
    for (const [socket, from] of this.#connections) {
      if (from !== ip) continue
      same++
      if (this.#unauthenticated.has(socket)) sameUnauthenticated++
    }
    return same < connectionsPerIp && sameUnauthenticated < unauthenticatedPerIp
  }
}
