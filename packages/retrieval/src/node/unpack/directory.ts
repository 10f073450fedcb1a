import type { CID } from 'multiformats/cid'
import { DAG_PB, requireSupported } from '../../dag/cids.ts'
import { readUnixFs } from '../../dag/entity.ts'
import { isShardLink, type Shard, shardOf } from '../../dag/hamt.ts'
import { copyOf, readAs } from '../../dag/links.ts'
import { RetrievalError } from '../../errors.ts'

/** A directory, and how its blocks are read. */
export interface Directory {
  readonly cid: CID
  readonly block: Uint8Array
  readonly read: (cid: CID) => Promise<Uint8Array>
}

export interface Entry {
  readonly name: string
  readonly link: CID
}

/** Levels of a sharded directory: the hash of a name has no more bits. */
const MAX_LEVELS = 64
const MAX_NAME = 255

/**
 * The entries of a directory, sharded or not.
 *
 * @throws RetrievalError `ENTRY_INVALID` for a name that could lead elsewhere, `BLOCK_UNREADABLE`, `DAG_LIMIT`.
 */
export function entriesOf(directory: Directory): AsyncGenerator<Entry> {
  return entriesFrom(directory, directory.cid, 0)
}

async function* entriesFrom({ cid, block, read }: Directory, top: CID, level: number): AsyncGenerator<Entry> {
  if (level > MAX_LEVELS) throw new RetrievalError('DAG_LIMIT', { max: MAX_LEVELS, what: 'levels of a directory' })
  const { links, node } = readUnixFs(cid, block)
  const shard: Shard | undefined =
    level > 0 || node?.type === 'sharded directory' ? readAs(cid, () => shardOf(node), 'UnixFS') : undefined
  for (const found of links) {
    const link = requireSupported(copyOf(found.Hash))
    if (shard === undefined) yield { name: checked(top, found.Name ?? ''), link }
    else if (!isShardLink(shard, found)) yield { name: checked(top, (found.Name ?? '').slice(shard.width)), link }
    else {
      if (link.code !== DAG_PB) throw new RetrievalError('BLOCK_UNREADABLE', { cid: String(link), codec: 'UnixFS' })
      yield* entriesFrom({ cid: link, block: await read(link), read }, top, level + 1)
    }
  }
}

/** A name that is one within its folder, on any system. */
function checked(cid: CID, name: string): string {
  const isBad =
    name === '' || name === '.' || name === '..' || /[/\\\0]/.test(name) || Buffer.byteLength(name) > MAX_NAME
  if (!isBad) return name
  const shown = JSON.stringify(name.slice(0, 64))
  throw new RetrievalError('ENTRY_INVALID', { cid: String(cid), name: shown, reason: 'it is no name of a file' })
}
