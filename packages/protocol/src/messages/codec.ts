import { decode, encode } from '@ipld/dag-cbor'
import { equalBytes } from '../bytes.ts'
import { type Field, FieldError, invalid } from '../codec/field.ts'
import { ProtocolError } from '../errors.ts'
import { frame, peerMessage } from './frames.ts'
import { MAX_MESSAGE_BYTES } from './limits.ts'
import type { Frame, PeerMessage } from './types.ts'

/** The version of everything that peers say to each other. */
export const MESSAGE_VERSION = 1

function checkSize(bytes: Uint8Array): void {
  if (bytes.length > MAX_MESSAGE_BYTES) {
    throw new ProtocolError('MESSAGE_OVERSIZE', { got: bytes.length, max: MAX_MESSAGE_BYTES })
  }
}

function parse(bytes: Uint8Array): unknown {
  try {
    return decode(bytes)
  } catch (cause) {
    throw new ProtocolError('MESSAGE_MALFORMED', {}, cause)
  }
}

function open(envelope: unknown): readonly unknown[] {
  if (!Array.isArray(envelope) || envelope.length !== 3) throw invalid('envelope', 'an array of version, type and body')
  const [version, ...rest] = envelope
  if (version !== MESSAGE_VERSION) {
    const got = typeof version === 'number' ? version : typeof version
    throw new ProtocolError('MESSAGE_VERSION_UNKNOWN', { got, expected: MESSAGE_VERSION })
  }
  return rest
}

function messageError(error: FieldError): ProtocolError {
  const { path, fault } = error
  switch (fault.type) {
    case 'invalid':
      return new ProtocolError('MESSAGE_FIELD_INVALID', { path, expected: fault.expected }, error)
    case 'missing':
      return new ProtocolError('MESSAGE_FIELD_MISSING', { path }, error)
    case 'unknown':
      return new ProtocolError('MESSAGE_FIELD_UNKNOWN', { path }, error)
    case 'variant':
      return new ProtocolError('MESSAGE_TYPE_UNKNOWN', { got: fault.got, path }, error)
  }
}

/** Runs a step of the codec, and names its refusal as one of a message. */
function naming<T>(step: () => T): T {
  try {
    return step()
  } catch (error) {
    throw error instanceof FieldError ? messageError(error) : error
  }
}

function encodeEnvelope<T>(field: Field<T>, value: T): Uint8Array {
  const body = naming(() => field.encode(value, 'message') as readonly unknown[])
  const bytes = encode([MESSAGE_VERSION, ...body])
  checkSize(bytes)
  return bytes
}

function decodeEnvelope<T>(field: Field<T>, bytes: Uint8Array): T {
  checkSize(bytes)
  const envelope = parse(bytes)
  const value = naming(() => field.decode(open(envelope), 'message'))
  if (!equalBytes(encodeEnvelope(field, value), bytes)) throw new ProtocolError('MESSAGE_NOT_CANONICAL')
  return value
}

/**
 * The one encoding of a message: DAG-CBOR of `[version, type, body]`.
 *
 * @throws ProtocolError `HEX_INVALID`, `NUMBER_OUT_OF_RANGE`, `MESSAGE_FIELD_INVALID`, `MESSAGE_OVERSIZE` for a message that
 *   cannot be sent.
 */
export function encodeMessage(message: PeerMessage): Uint8Array {
  return encodeEnvelope(peerMessage, message)
}

/**
 * Reads a message. What is not exactly one is refused: an unknown version, type or field, a wrong length or range, and bytes
 * that are not the one encoding of what they say.
 *
 * @throws ProtocolError with a code that starts with `MESSAGE_`.
 */
export function decodeMessage(bytes: Uint8Array): PeerMessage {
  return decodeEnvelope(peerMessage, bytes)
}

/**
 * The one encoding of a frame: DAG-CBOR of `[version, kind, body]`; a message in it stands as `[type, body]`.
 *
 * @throws ProtocolError as {@link encodeMessage}.
 * @example `socket.send(encodeFrame({ kind: 'ack', number: 7n }))`
 */
export function encodeFrame(value: Frame): Uint8Array {
  return encodeEnvelope(frame, value)
}

/**
 * Reads a frame, as strictly as {@link decodeMessage}.
 *
 * @throws ProtocolError with a code that starts with `MESSAGE_`.
 */
export function decodeFrame(bytes: Uint8Array): Frame {
  return decodeEnvelope(frame, bytes)
}
