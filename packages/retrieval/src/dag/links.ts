import { decode } from '@ipld/dag-pb'
import { CID } from 'multiformats/cid'
import { RetrievalError } from '../errors.ts'
import { cborLinks } from './cbor-links.ts'
import { DAG_CBOR, DAG_PB, RAW, requireSupported } from './cids.ts'

const CODEC_NAMES: Readonly<Record<number, string>> = { [DAG_PB]: 'dag-pb', [DAG_CBOR]: 'dag-cbor' }

/**
 * The CIDs that a block links to, in the order in which they stand in it.
 *
 * @throws RetrievalError `BLOCK_UNREADABLE`, and `CID_UNSUPPORTED` for a link that could not be followed.
 */
export function linksOf(cid: CID, bytes: Uint8Array): readonly CID[] {
  if (cid.code === RAW) return []
  return read(cid, bytes).map(requireSupported)
}

function read(cid: CID, bytes: Uint8Array): CID[] {
  try {
    return cid.code === DAG_PB ? decode(bytes).Links.map(({ Hash }) => copyOf(Hash)) : cborLinks(bytes)
  } catch (cause) {
    throw new RetrievalError(
      'BLOCK_UNREADABLE',
      { cid: cid.toString(), codec: CODEC_NAMES[cid.code] ?? cid.code },
      cause,
    )
  }
}

/** A CID of its own: one that is a view of its block would keep all of the block in memory. */
function copyOf({ bytes }: CID): CID {
  return CID.decode(bytes.slice())
}
