import { CID } from 'multiformats/cid'
import { RetrievalError } from '../errors.ts'

export const RAW = 0x55
export const DAG_PB = 0x70
export const DAG_CBOR = 0x71
export const SHA2_256 = 0x12
/** The "hash" of a CID that holds its block's bytes itself. */
export const IDENTITY = 0x00

const CODECS: readonly number[] = [RAW, DAG_PB, DAG_CBOR]
const MAX_TEXT = 256

/** A CID whose block can be checked and walked. */
export function isSupported(cid: CID): boolean {
  return CODECS.includes(cid.code) && (isIdentity(cid) || isSha256(cid))
}

const isSha256 = ({ multihash }: CID): boolean => multihash.code === SHA2_256 && multihash.size === 32

/** Whether the CID holds its block: such blocks are never sent. */
export const isIdentity = ({ multihash }: CID): boolean => multihash.code === IDENTITY

/**
 * Refuses a CID whose block could not be checked or walked.
 *
 * @throws RetrievalError `CID_UNSUPPORTED`.
 */
export function requireSupported(cid: CID): CID {
  if (!CODECS.includes(cid.code)) throw unsupported(cid, 'codec', cid.code)
  if (!isIdentity(cid) && !isSha256(cid)) throw unsupported(cid, 'hash', cid.multihash.code)
  return cid
}

function unsupported(cid: CID, part: string, code: number): RetrievalError {
  return new RetrievalError('CID_UNSUPPORTED', {
    cid: cid.toString().slice(0, MAX_TEXT),
    part,
    code: `0x${code.toString(16)}`,
  })
}

/**
 * Reads the root of a DAG that is asked for.
 *
 * @throws RetrievalError `CID_INVALID`, `CID_UNSUPPORTED`.
 */
export function parseRoot(text: string): CID {
  let cid: CID
  try {
    if (text.length > MAX_TEXT) throw new RangeError('too long')
    cid = CID.parse(text)
  } catch (cause) {
    throw new RetrievalError('CID_INVALID', { cid: text.slice(0, MAX_TEXT) }, cause)
  }
  if (isIdentity(cid)) throw unsupported(cid, 'hash', IDENTITY)
  return requireSupported(cid)
}

/** The CID's bytes as a key of a map. */
export function cidKey({ bytes }: CID): string {
  return String.fromCharCode(...bytes)
}
