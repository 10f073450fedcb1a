import {
  type Address,
  bytesToHex,
  commonVersion,
  concatBytes,
  type Hex,
  hexToBytes,
  type VersionRange,
} from '@sluice/protocol'
import { TransportError } from '../errors.ts'

/** The lowest and the highest version: first in a hello of every version, so that any two ends can tell why they do not agree. */
const RANGE_BYTES = 2
const NONCE_BYTES = 32
const KEY_BYTES = 32
const SIGNER_BYTES = 20

export const HELLO_BYTES = RANGE_BYTES + NONCE_BYTES + KEY_BYTES + SIGNER_BYTES

/** What one end says of itself before anything is proved. */
export interface Hello {
  readonly versions: VersionRange
  /** 32 bytes. */
  readonly nonce: Hex
  /** X25519. */
  readonly key: Hex
  readonly signer: Address
}

/** The refusal of something else than a handshake. */
export const malformed = (what: string): TransportError => new TransportError('TRANSPORT_MALFORMED', { what })

const show = ({ min, max }: VersionRange): string => (min === max ? `${min}` : `${min} to ${max}`)

/** The highest version that both ends speak, or the error that names what each speaks. */
export function agreeOnVersion(ours: VersionRange, theirs: VersionRange): number | TransportError {
  const error = () => new TransportError('TRANSPORT_NO_COMMON_VERSION', { ours: show(ours), theirs: show(theirs) })
  return commonVersion(ours, theirs) ?? error()
}

/** All that is said to an end with which no version is in common. */
export const encodeRange = ({ min, max }: VersionRange): Uint8Array => Uint8Array.of(min, max)

/** Which versions the other end speaks, whatever the rest of its hello is. */
export function decodeRange(bytes: Uint8Array): VersionRange {
  const [min, max] = bytes
  if (min === undefined || max === undefined) throw malformed(`${bytes.length} bytes`)
  if (min === 0 || max < min) throw malformed(`the versions ${min} to ${max}`)
  return { min, max }
}

export function encodeHello({ versions, nonce, key, signer }: Hello): Uint8Array {
  return concatBytes(
    encodeRange(versions),
    hexToBytes(nonce, NONCE_BYTES),
    hexToBytes(key, KEY_BYTES),
    hexToBytes(signer, SIGNER_BYTES),
  )
}

/** Reads a hello with `more` bytes behind it. */
export function decodeHello(bytes: Uint8Array, more = 0): Hello {
  if (bytes.length !== HELLO_BYTES + more) throw malformed(`${bytes.length} bytes`)
  const part = (from: number, size: number): Hex => bytesToHex(bytes.subarray(from, from + size))
  return {
    versions: decodeRange(bytes),
    nonce: part(RANGE_BYTES, NONCE_BYTES),
    key: part(RANGE_BYTES + NONCE_BYTES, KEY_BYTES),
    signer: part(RANGE_BYTES + NONCE_BYTES + KEY_BYTES, SIGNER_BYTES),
  }
}
