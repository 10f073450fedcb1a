import type { CID } from 'multiformats/cid'
import { cidKey, isIdentity } from '../../dag/cids.ts'
import { RetrievalError } from '../../errors.ts'
import { type CarEntry, openCarReader } from '../car-reader.ts'
import { hashes } from '../hashes.ts'
import { OpenFiles } from '../open-files.ts'
import { readExactly } from '../plans/read-plan.ts'

/** The blocks of a CAR on the disk. */
export interface StoredBlocks {
  readonly root: CID | undefined
  /** Bytes of the CAR. */
  readonly size: number
  /** @throws RetrievalError `BLOCK_MISSING` */
  read(cid: CID): Promise<Uint8Array>
  close(): Promise<void>
}

/** Opens a CAR. Every block is checked against its CID before. @throws RetrievalError `CAR_BROKEN` */
export async function openStoredBlocks(path: string, maxBlock: number): Promise<StoredBlocks> {
  const blocks = new Map<string, CarEntry>()
  const reader = await openCarReader(path, { maxBlock, hashes })
  let size = 0
  try {
    for await (const entry of reader.entries()) {
      if (entry.isKnown) blocks.set(cidKey(entry.cid), entry)
      size = entry.offset + entry.length
    }
  } finally {
    await reader.close()
  }
  const [root] = reader.roots
  const files = new OpenFiles(1)
  return {
    root,
    size,
    async read(cid) {
      if (isIdentity(cid)) return cid.multihash.digest
      const entry = blocks.get(cidKey(cid))
      if (entry === undefined) throw new RetrievalError('BLOCK_MISSING', { cid: String(cid), root: String(root) })
      const offset = entry.offset + entry.length - entry.size
      return readExactly(files, { file: { path }, offset, length: entry.size })
    },
    close: () => files.close(),
  }
}
