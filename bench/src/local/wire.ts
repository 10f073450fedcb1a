import type { Session, Transport, TransportHandler } from '@sluice/engine'
import type { Address } from '@sluice/protocol'

interface Endpoint {
  readonly address: Address
  readonly url: string
  handler: TransportHandler | undefined
}

interface End extends Session {
  arrive(frame: Uint8Array): void
  end(): void
}

/**
 * Sessions within this process, without handshake, encryption or sockets. A frame arrives in the next turn of the event loop, so that
 * frames sent together arrive together, as they do from a socket.
 */
export class LocalWire {
  readonly #endpoints = new Map<string, Endpoint>()
  readonly #sessions = new Map<Session, () => void>()
  readonly #frames = new Map<Address, number>()
  #arriving: (() => void)[] = []

  /** How many frames a signer has sent. */
  framesOf(address: Address): number {
    return this.#frames.get(address) ?? 0
  }

  attach(address: Address, url: string): Transport {
    const endpoint: Endpoint = { address, url, handler: undefined }
    return {
      start: async (handler) => {
        endpoint.handler = handler
        this.#endpoints.set(url, endpoint)
      },
      connect: async (peer, to) => this.#connect(endpoint, peer, to),
      stop: async () => {
        endpoint.handler = undefined
        this.#endpoints.delete(url)
        for (const [session, end] of this.#sessions) if (session.peer === address) end()
      },
    }
  }

  #connect(from: Endpoint, peer: Address, url: string): Session {
    const to = this.#endpoints.get(url)
    if (to?.handler === undefined || to.address !== peer) throw new Error(`${peer} does not listen at ${url}`)
    const [near, far] = this.#pair(from, to)
    to.handler.opened(far)
    from.handler?.opened(near)
    return near
  }

  #pair(from: Endpoint, to: Endpoint): readonly [End, End] {
    const end = (): void => {
      for (const each of [near, far]) if (this.#sessions.delete(each)) each.end()
    }
    const near: End = this.#end(from, to.address, () => far, end)
    const far: End = this.#end(to, from.address, () => near, end)
    for (const each of [near, far]) this.#sessions.set(each, end)
    return [near, far]
  }

  #end(owner: Endpoint, peer: Address, other: () => End, close: () => void): End {
    const session: End = {
      peer,
      queued: 0,
      send: (frame) => {
        this.#frames.set(owner.address, this.framesOf(owner.address) + 1)
        this.#later(() => other().arrive(frame))
      },
      arrive: (frame) => {
        if (this.#sessions.has(session)) owner.handler?.frame(session, frame)
      },
      end: () => this.#later(() => owner.handler?.closed(session)),
      close,
    }
    return session
  }

  #later(run: () => void): void {
    if (this.#arriving.length === 0) setImmediate(() => this.#arrive())
    this.#arriving.push(run)
  }

  #arrive(): void {
    const arriving = this.#arriving
    this.#arriving = []
    for (const run of arriving) run()
  }
}
