import { base2 } from 'multiformats/bases/base2'
import { base8 } from 'multiformats/bases/base8'
import { base10 } from 'multiformats/bases/base10'
import { base16, base16upper } from 'multiformats/bases/base16'
import {
  base32,
  base32hex,
  base32hexpad,
  base32hexpadupper,
  base32hexupper,
  base32pad,
  base32padupper,
  base32upper,
  base32z,
} from 'multiformats/bases/base32'
import { base36, base36upper } from 'multiformats/bases/base36'
import { base58btc, base58flickr } from 'multiformats/bases/base58'
import { base64, base64pad, base64url, base64urlpad } from 'multiformats/bases/base64'
import { CID } from 'multiformats/cid'
import { readCid } from '../dag/cids.ts'

const decoders = new Map<string | undefined, { decode(text: string): Uint8Array }>(
  [
    ...[base2, base8, base10, base16, base16upper, base36, base36upper, base58btc, base58flickr],
    ...[base32, base32upper, base32pad, base32padupper, base32z],
    ...[base32hex, base32hexupper, base32hexpad, base32hexpadupper],
    ...[base64, base64pad, base64url, base64urlpad],
  ].map(({ prefix, decoder }) => [prefix, decoder]),
)

/**
 * Reads a CID of either version in any of the bases of multibase.
 *
 * @throws RetrievalError `CID_INVALID`.
 */
export function parseCid(text: string): CID {
  return readCid(text, (given) => {
    const decoder = decoders.get(given[0])
    // Those of version 0 name no base.
    return decoder === undefined ? CID.parse(given) : CID.decode(decoder.decode(given))
  })
}
