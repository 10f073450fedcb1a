import { base58btc } from 'multiformats/bases/base58'
import { decode as decodeDigest } from 'multiformats/hashes/digest'
import { RetrievalError } from '../errors.ts'
import { parseCid } from './parse-cid.ts'

/** The codec of CIDs that are keys. */
const LIBP2P_KEY = 0x72

/**
 * Reads an IPNS name: the CID of a key in any base, or its multihash in base58 as identities of peers are written.
 *
 * @returns Its multihash.
 * @throws RetrievalError `CID_INVALID`.
 */
export function parseIpnsName(text: string): Uint8Array {
  // Those of version 0 look like the hash of a key.
  if (/^(?:1|Qm)/.test(text)) return peerIdOf(text)
  const cid = parseCid(text)
  if (cid.code === LIBP2P_KEY) return cid.multihash.bytes
  throw new RetrievalError('CID_INVALID', { cid: text.slice(0, 256) })
}

function peerIdOf(text: string): Uint8Array {
  try {
    if (text.length > 256) throw new RangeError('too long')
    return decodeDigest(base58btc.baseDecode(text)).bytes
  } catch (cause) {
    throw new RetrievalError('CID_INVALID', { cid: text.slice(0, 256) }, cause)
  }
}
