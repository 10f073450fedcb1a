import type { Address } from '@sluice/protocol'

/** An authenticated connection: both ends proved their signer keys and every frame is authenticated. */
export interface Session {
  /** The signer at the other end. */
  readonly peer: Address
  /** Queues one frame; frames arrive whole, once and in order, or the session ends. Never throws. */
  send(frame: Uint8Array): void
  /** Bytes queued and not yet handed to the network: for back-pressure. */
  readonly queued: number
  /** Ends the session. Idempotent. */
  close(): void
}

/** What the engine does on a session's events. A handler never throws. */
export interface TransportHandler {
  opened(session: Session): void
  frame(session: Session, frame: Uint8Array): void
  closed(session: Session): void
  /** Whether a peer has something at stake here, such as a channel that was paid into: then its session makes room for no stranger's. */
  isKnown?(peer: Address): boolean
}

export interface ConnectOptions {
  /** Connects to no address of the machine itself, of a private network or the like: for urls that somebody else named. */
  readonly publicOnly?: boolean
}

/** How peers reach each other. */
export interface Transport {
  /** Begins to hand events to the engine, and to accept where the transport listens. */
  start(handler: TransportHandler): Promise<void>
  /**
   * Opens a session with the signer at a url. Resolves after `opened` was called.
   * Rejects with a typed error when nobody answers, or another signer does.
   */
  connect(peer: Address, url: string, options?: ConnectOptions): Promise<Session>
  /** Ends all sessions and listeners. */
  stop(): Promise<void>
}
