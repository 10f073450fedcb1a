/** What happens on a wire. */
export interface WireHandler {
  message(bytes: Uint8Array): void
  /** Once, whoever ended it. */
  closed(): void
}

/** A connection that carries messages whole and in order, and proves nothing about who is at the other end. */
export interface Wire {
  /** Hands all events from now on to this handler. */
  listen(handler: WireHandler): void
  send(bytes: Uint8Array): void
  /** Bytes not yet handed to the network. */
  readonly queued: number
  /** Resolves once the connection is gone. */
  readonly gone: Promise<void>
  /** Ends it once what was sent is written. Idempotent. */
  close(): void
  /** Ends it at once. Idempotent. */
  destroy(): void
}

export interface DialOptions {
  readonly messageBytes: number
  readonly timeoutMs: number
  readonly signal: AbortSignal
  /** Whether to connect to public addresses alone. What cannot look at addresses, as a page, leaves that to its surroundings. */
  readonly publicOnly: boolean
  /** Called once the connection stands, and listens to it within the call, so that no message is lost. */
  opened(wire: Wire): void
}

/** Resolves after `opened` was called. Rejects with TransportError `TRANSPORT_URL_INVALID`, `TRANSPORT_NOT_PUBLIC`, `TRANSPORT_UNREACHABLE` or `TRANSPORT_STOPPED`. */
export type Dial = (url: string, options: DialOptions) => Promise<void>

/**
 * Takes a fresh connection in; `authenticated` is called once its other end has proved a key, with a function that says at any time whether
 * that peer is known here. Listens to it within the call.
 */
export type Accept = (wire: Wire, authenticated: (isKnown: () => boolean) => void) => void

/** Accepts connections until closed. */
export interface Listener {
  close(): Promise<void>
}
