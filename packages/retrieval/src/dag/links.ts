import { decode } from '@ipld/dag-pb'
import { CID } from 'multiformats/cid'
import { RetrievalError } from '../errors.ts'
import { cborLinks } from './cbor-links.ts'
import { CODEC_NAMES, DAG_CBOR, DAG_JSON, DAG_PB, requireSupported } from './cids.ts'
import { jsonLinks } from './json-links.ts'

/**
 * The CIDs that a block links to, in the order in which they stand in it.
 *
 * @throws RetrievalError `BLOCK_UNREADABLE`, and `CID_UNSUPPORTED` for a link that could not be followed.
 */
export function linksOf(cid: CID, bytes: Uint8Array): readonly CID[] {
  requireSupported(cid)
  return readAs(cid, () => linksBy(cid.code, bytes)).map(requireSupported)
}

function linksBy(code: number, bytes: Uint8Array): CID[] {
  if (code === DAG_PB) return decode(bytes).Links.map(({ Hash }) => copyOf(Hash))
  if (code === DAG_CBOR) return cborLinks(bytes)
  if (code === DAG_JSON) return jsonLinks(bytes)
  return []
}

/**
 * Reads a block by `read`.
 *
 * @throws RetrievalError `BLOCK_UNREADABLE` where that throws.
 */
export function readAs<T>(cid: CID, read: () => T, codec = CODEC_NAMES.get(cid.code)): T {
  try {
    return read()
  } catch (cause) {
    throw new RetrievalError('BLOCK_UNREADABLE', { cid: cid.toString(), codec: codec ?? cid.code }, cause)
  }
}

/** A CID of its own: one that is a view of its block would keep all of the block in memory. */
export function copyOf({ bytes }: CID): CID {
  // `slice` of a Buffer is a view.
  return CID.decode(Uint8Array.from(bytes))
}
