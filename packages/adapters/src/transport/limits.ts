import { MAX_MESSAGE_BYTES } from '@sluice/protocol'

/** What a transport bounds. Bytes and milliseconds. */
export interface TransportLimits {
  /** Largest frame either way. */
  readonly frameBytes: number
  /** A session whose peer lets more than this pile up unread is ended. */
  readonly queuedBytes: number
  /** From the first byte of a connection until both ends have proved their keys. */
  readonly handshakeMs: number
  /** After so long without a sign of life the peer is asked for one; after three times as long the session is ended. */
  readonly keepAliveMs: number
  /** Incoming connections that have not proved a key: the oldest makes room. */
  readonly unauthenticated: number
  /** The same, from one IP address, or one network of 64 bits. */
  readonly unauthenticatedPerIp: number
  /** Incoming connections from one IP address of peers without a channel here, proved or not: the oldest makes room. */
  readonly connectionsPerIp: number
  /** Incoming connections of peers without a channel here that have proved their key: the oldest makes room. */
  readonly strangers: number
  /** Incoming connections. */
  readonly connections: number
}

export const defaultTransportLimits: TransportLimits = {
  frameBytes: MAX_MESSAGE_BYTES,
  queuedBytes: 32 * 1024 * 1024,
  handshakeMs: 10_000,
  keepAliveMs: 15_000,
  unauthenticated: 256,
  unauthenticatedPerIp: 64,
  connectionsPerIp: 256,
  strangers: 1024,
  connections: 4096,
}
