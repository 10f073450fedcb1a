import { randomBytes } from 'node:crypto'
import type { Session, TransportHandler } from '@sluice/engine'
import type { Address, Domain } from '@sluice/protocol'
import { createNodeCrypto, type KeyedCrypto } from '../../crypto/node.ts'
import type { TransportOptions } from '../transport.ts'

const crypto: KeyedCrypto = await createNodeCrypto()

export function domainOn(chainId: bigint): Domain {
  return { chainId, contract: `0x${'5c'.repeat(20)}` }
}

/** The options of a party with a fresh key. */
export function createParty(options: Partial<TransportOptions> = {}): TransportOptions {
  const signer = crypto.signer(randomBytes(32))
  return { signer, crypto, domain: domainOn(314n), ...options }
}

/** Two parties, the one with the lower signer first. */
export function createParties(options: Partial<TransportOptions> = {}): [TransportOptions, TransportOptions] {
  const [a, b] = [createParty(options), createParty(options)]
  return a.signer.address < b.signer.address ? [a, b] : [b, a]
}

/** A handler that keeps what it is told, and wakes whoever waits for it. */
export class Recorder implements TransportHandler {
  readonly sessions = new Map<Address, Session>()
  readonly frames: Uint8Array[] = []
  isKnown: (peer: Address) => boolean = () => true
  opens = 0
  closes = 0
  readonly #waiting = new Set<() => void>()

  opened(session: Session): void {
    this.opens++
    this.sessions.set(session.peer, session)
    this.#wake()
  }

  frame(_session: Session, frame: Uint8Array): void {
    this.frames.push(frame.slice())
    this.#wake()
  }

  closed(session: Session): void {
    this.closes++
    if (this.sessions.get(session.peer) === session) this.sessions.delete(session.peer)
    this.#wake()
  }

  /** Resolves once the condition holds; looked at after each event. */
  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (!condition()) return
        this.#waiting.delete(check)
        resolve()
      }
      this.#waiting.add(check)
      check()
    })
  }

  #wake(): void {
    for (const check of [...this.#waiting]) check()
  }
}
