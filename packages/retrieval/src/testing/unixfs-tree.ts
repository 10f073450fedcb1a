import { importer } from 'ipfs-unixfs-importer'
import { fixedSize } from 'ipfs-unixfs-importer/chunker'
import type { CID } from 'multiformats/cid'
import type { Block } from './random-dag.ts'

/** A tree of files as UnixFS, made by the field's own importer. */
export interface UnixFsTree {
  readonly root: CID
  readonly blocks: readonly Block[]
  /** By path; the root's is empty. */
  readonly cids: ReadonlyMap<string, CID>
}

/** Imports files by their paths. `isSharded`: every directory is a HAMT. */
export async function unixFsTree(
  files: Readonly<Record<string, Uint8Array>>,
  { isSharded = false, chunkSize = 256 } = {},
): Promise<UnixFsTree> {
  const blocks: Block[] = []
  const store = {
    put: async (cid: CID, bytes: Uint8Array) => {
      blocks.push({ cid, bytes })
      return cid
    },
  }
  const candidates = Object.entries(files).map(([path, content]) => ({ path, content }))
  const cids = new Map<string, CID>()
  const options = {
    wrapWithDirectory: true,
    cidVersion: 1 as const,
    rawLeaves: true,
    chunker: fixedSize({ chunkSize }),
    shardSplitThresholdBytes: isSharded ? 0 : 1 << 20,
  }
  for await (const { path = '', cid } of importer(candidates, store as never, options)) cids.set(path, cid)
  const root = cids.get('')
  if (root === undefined) throw new Error('the importer made no root')
  return { root, blocks, cids }
}
