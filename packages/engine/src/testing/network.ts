import type { Address } from '@sluice/protocol'
import type { Session, Transport, TransportHandler } from '../ports/transport.ts'
import type { SeededRandom } from './random.ts'
import type { Scheduler } from './scheduler.ts'

interface Endpoint {
  readonly address: Address
  readonly url: string
  handler: TransportHandler | undefined
}

/** One end of a simulated session. */
interface End extends Session {
  readonly owner: Endpoint
  arrive(frame: Uint8Array): void
  end(): void
}

export interface NetworkOptions {
  readonly scheduler: Scheduler
  readonly random: SeededRandom
  /** Milliseconds that a frame takes one way, at least. */
  readonly latency?: number
  /** Milliseconds that it may take longer. */
  readonly jitter?: number
}

/**
 * A simulated network of authenticated sessions: frames arrive whole and in order, later by the latency, or the session
 * breaks. Sessions of different pairs do not wait for each other.
 */
export class Network {
  readonly #scheduler: Scheduler
  readonly #random: SeededRandom
  readonly #endpoints = new Map<string, Endpoint>()
  readonly #sessions = new Set<readonly [End, End]>()
  readonly #cut = new Set<string>()
  latency: number
  jitter: number
  /** Probability that a frame breaks its session instead of arriving. */
  breakRate = 0
  /** Frames that arrived. */
  frames = 0
  /** Sees each frame that arrives; for tests that look. */
  onFrame: (from: Address, to: Address, frame: Uint8Array) => void = () => {}

  constructor({ scheduler, random, latency = 5, jitter = 3 }: NetworkOptions) {
    this.#scheduler = scheduler
    this.#random = random
    this.latency = latency
    this.jitter = jitter
  }

  /** A transport that listens at the url as this signer. A later one at the same url takes its place. */
  attach(address: Address, url: string): Transport {
    const endpoint: Endpoint = { address, url, handler: undefined }
    return {
      start: async (handler) => {
        endpoint.handler = handler
        this.#endpoints.set(url, endpoint)
      },
      connect: (peer, to) => this.#connect(endpoint, peer, to),
      stop: async () => this.detach(endpoint.url, endpoint),
    }
  }

  /** Everything of the endpoint ends at once, as when its process is killed. It hears nothing more. */
  detach(url: string, endpoint = this.#endpoints.get(url)): void {
    if (endpoint === undefined) return
    endpoint.handler = undefined
    if (this.#endpoints.get(url) === endpoint) this.#endpoints.delete(url)
    for (const session of this.#sessions) if (session.some(({ owner }) => owner === endpoint)) this.#break(session)
  }

  /** Parts two signers until `heal`. */
  part(a: Address, b: Address): void {
    this.#cut.add(pairKey(a, b))
    for (const session of this.#sessions) {
      if (pairKey(session[0].owner.address, session[1].owner.address) === pairKey(a, b)) this.#break(session)
    }
  }

  heal(a: Address, b: Address): void {
    this.#cut.delete(pairKey(a, b))
  }

  /** Breaks every session; the ends may connect again. */
  breakAll(): void {
    for (const session of this.#sessions) this.#break(session)
  }

  async #connect(from: Endpoint, peer: Address, url: string): Promise<Session> {
    await this.#scheduler.sleep(2 * this.#delay())
    const to = this.#endpoints.get(url)
    const isCut = to !== undefined && this.#cut.has(pairKey(from.address, to.address))
    if (to?.handler === undefined || isCut) throw new Error(`nobody answers at ${url}`)
    if (to.address !== peer) throw new Error(`${to.address} answers at ${url}`)
    if (from.handler === undefined) throw new Error('the transport is stopped')
    const session = this.#open(from, to)
    to.handler.opened(session[1])
    from.handler.opened(session[0])
    return session[0]
  }

  #open(from: Endpoint, to: Endpoint): readonly [End, End] {
    const ends: End[] = []
    const other = (end: End) => (ends[0] === end ? ends[1] : ends[0])
    const makeEnd = (owner: Endpoint, peer: Address): End => {
      let isOpen = true
      let lastArrival = 0
      const end: End = {
        owner,
        peer,
        queued: 0,
        send: (frame) => {
          if (!isOpen) return
          const at = Math.max(this.#scheduler.now() + this.#delay(), lastArrival)
          lastArrival = at
          const bytes = frame.slice()
          const breaks = this.#random.chance(this.breakRate)
          this.#scheduler.after(at - this.#scheduler.now(), () => {
            if (breaks) this.#break(session)
            else other(end)?.arrive(bytes)
          })
        },
        arrive: (frame) => {
          if (!isOpen || owner.handler === undefined) return
          this.frames += 1
          this.onFrame(peer, owner.address, frame)
          owner.handler.frame(end, frame)
        },
        end: () => {
          if (!isOpen) return
          isOpen = false
          owner.handler?.closed(end)
        },
        close: () => this.#break(session),
      }
      return end
    }
    const session: readonly [End, End] = [makeEnd(from, to.address), makeEnd(to, from.address)]
    ends.push(...session)
    this.#sessions.add(session)
    return session
  }

  #break(session: readonly [End, End]): void {
    if (!this.#sessions.delete(session)) return
    for (const end of session) this.#scheduler.after(0, () => end.end())
  }

  #delay(): number {
    return this.latency + (this.jitter > 0 ? this.#random.below(this.jitter + 1) : 0)
  }
}

function pairKey(a: Address, b: Address): string {
  return a < b ? `${a}|${b}` : `${b}|${a}`
}
