import { CborError, decodeCbor, encodeCbor } from '../codec/cbor.ts'
import { type Cbor, type Field, FieldError, invalid } from '../codec/field.ts'
import { ProtocolError } from '../errors.ts'
import { VERSIONS } from '../handshake/versions.ts'
import { frame, peerMessage } from './frames.ts'
import { decodeIgnored } from './ignored-frame.ts'
import { MAX_MESSAGE_BYTES } from './limits.ts'
import type { Frame, IgnoredFrame, PeerMessage } from './types.ts'

/** The version that this code writes. A frame may be sent in a later session than it was written for, so each says its own. */
const WRITTEN_VERSION = 1

function checkSize(bytes: Uint8Array): void {
  if (bytes.length > MAX_MESSAGE_BYTES) {
    throw new ProtocolError('MESSAGE_OVERSIZE', { got: bytes.length, max: MAX_MESSAGE_BYTES })
  }
}

function parse(bytes: Uint8Array): unknown {
  try {
    return decodeCbor(bytes)
  } catch (cause) {
    const isDisordered = cause instanceof CborError && cause.isDisordered
    throw new ProtocolError(isDisordered ? 'MESSAGE_NOT_CANONICAL' : 'MESSAGE_MALFORMED', {}, cause)
  }
}

function open(envelope: unknown): readonly unknown[] {
  if (!Array.isArray(envelope) || envelope.length !== 3) throw invalid('envelope', 'an array of version, type and body')
  const [version, ...rest] = envelope
  if (!Number.isInteger(version) || version < VERSIONS.min || version > VERSIONS.max) {
    const got = typeof version === 'number' ? version : typeof version
    throw new ProtocolError('MESSAGE_VERSION_UNKNOWN', { got, min: VERSIONS.min, max: VERSIONS.max })
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
  const body = naming(() => field.encode(value, 'message') as readonly Cbor[])
  const bytes = encodeCbor([WRITTEN_VERSION, ...body])
  checkSize(bytes)
  return bytes
}

function decodeEnvelope<T>(decodeField: Field<T>['decode'], bytes: Uint8Array): T {
  checkSize(bytes)
  const envelope = parse(bytes)
  return naming(() => decodeField(open(envelope), 'message'))
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
 * Reads a message. What is not one is refused: an unknown version or type, an unknown field that its sender does not let be
 * ignored, a wrong length or range, and bytes that are not the one encoding of what they say.
 *
 * @throws ProtocolError with a code that starts with `MESSAGE_`.
 */
export function decodeMessage(bytes: Uint8Array): PeerMessage {
  return decodeEnvelope(peerMessage.decode, bytes)
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
 * Reads a frame, as strictly as {@link decodeMessage}. One of an unknown kind, or with a message of an unknown type, is refused
 * too unless its sender lets it be ignored.
 *
 * @throws ProtocolError with a code that starts with `MESSAGE_`.
 */
export function decodeFrame(bytes: Uint8Array): Frame | IgnoredFrame {
  return decodeEnvelope((value, path) => decodeIgnored(value, path) ?? frame.decode(value, path), bytes)
}
