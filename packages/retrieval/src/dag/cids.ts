import { CID } from 'multiformats/cid'
import { RetrievalError } from '../errors.ts'

// Codecs whose links are known.
export const RAW = 0x55
export const DAG_PB = 0x70
export const DAG_CBOR = 0x71
export const DAG_JSON = 0x0129
/** CBOR without links. */
export const CBOR = 0x51
/** JSON without links. */
export const JSON_PLAIN = 0x0200

/** Names of the codecs, as the table of multicodecs has them. */
export const CODEC_NAMES: ReadonlyMap<number, string> = new Map([
  [RAW, 'raw'],
  [DAG_PB, 'dag-pb'],
  [DAG_CBOR, 'dag-cbor'],
  [DAG_JSON, 'dag-json'],
  [CBOR, 'cbor'],
  [JSON_PLAIN, 'json'],
])

export const SHA2_256 = 0x12
export const SHA2_512 = 0x13
export const BLAKE2B_256 = 0xb220
export const BLAKE3 = 0x1e
/** The "hash" of a CID that holds its block's bytes itself. */
export const IDENTITY = 0x00

/** Bytes of a digest, by the hash's code. */
const DIGEST_SIZES: ReadonlyMap<number, number> = new Map([
  [SHA2_256, 32],
  [SHA2_512, 64],
  [BLAKE2B_256, 32],
  [BLAKE3, 32],
])

/** The hashes that whoever checks can compute, by their codes in the table of multicodecs. */
export type Hashes = Readonly<Record<number, (bytes: Uint8Array) => Uint8Array>>

const MAX_TEXT = 256

/** Whether the CID names its block by a hash that is known. */
export const hasKnownHash = ({ multihash }: CID): boolean => DIGEST_SIZES.get(multihash.code) === multihash.size

/** Whether the CID holds its block: such blocks are never sent. */
export const isIdentity = ({ multihash }: CID): boolean => multihash.code === IDENTITY

/**
 * Refuses a CID whose block could not be checked or walked.
 *
 * @throws RetrievalError `CID_UNSUPPORTED`.
 */
export function requireSupported(cid: CID): CID {
  if (!CODEC_NAMES.has(cid.code)) throw unsupported(cid, 'codec', cid.code)
  if (!isIdentity(cid) && !hasKnownHash(cid)) throw unsupported(cid, 'hash', cid.multihash.code)
  return cid
}

/** Says which part of a CID is not supported. */
export function unsupported(cid: CID, part: 'codec' | 'hash', code: number): RetrievalError {
  return new RetrievalError('CID_UNSUPPORTED', {
    cid: cid.toString().slice(0, MAX_TEXT),
    part,
    code: `0x${code.toString(16)}`,
  })
}

/**
 * Reads a CID, by what parses its text.
 *
 * @throws RetrievalError `CID_INVALID`.
 */
export function readCid(text: string, parse: (text: string) => CID): CID {
  try {
    if (text.length > MAX_TEXT) throw new RangeError('too long')
    return parse(text)
  } catch (cause) {
    throw new RetrievalError('CID_INVALID', { cid: text.slice(0, MAX_TEXT) }, cause)
  }
}

/**
 * Reads the root of a DAG that is asked for.
 *
 * @throws RetrievalError `CID_INVALID`, `CID_UNSUPPORTED`.
 */
export function parseRoot(text: string): CID {
  const cid = readCid(text, (given) => CID.parse(given))
  if (isIdentity(cid)) throw unsupported(cid, 'hash', IDENTITY)
  return requireSupported(cid)
}

/** The CID's bytes as a key of a map. */
export function cidKey({ bytes }: CID): string {
  return String.fromCharCode(...bytes)
}
