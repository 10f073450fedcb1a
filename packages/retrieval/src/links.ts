import { decode } from '@ipld/dag-pb'
import type { CID } from 'multiformats/cid'
import { cborLinks } from './cbor-links.ts'
import { DAG_CBOR, DAG_PB, RAW, requireSupported } from './cids.ts'
import { RetrievalError } from './errors.ts'

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
    return cid.code === DAG_PB ? decode(bytes).Links.map(({ Hash }) => Hash) : cborLinks(bytes)
  } catch (cause) {
    throw new RetrievalError(
      'BLOCK_UNREADABLE',
      { cid: cid.toString(), codec: CODEC_NAMES[cid.code] ?? cid.code },
      cause,
    )
  }
}
