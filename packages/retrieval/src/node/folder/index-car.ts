import { stat } from 'node:fs/promises'
import { DEFAULT_MAX_BLOCK } from '../../car/verifier.ts'
import { isIdentity } from '../../dag/cids.ts'
import { RetrievalError } from '../../errors.ts'
import { type CarEntry, type CarReader, openCarReader } from '../car-reader.ts'
import { hashes } from '../hashes.ts'
import { stampOf } from '../open-files.ts'
import type { BlockIndex, IndexedFile } from './block-index.ts'

export interface IndexOptions {
  /** Largest block taken, in bytes. Default 2 MiB. */
  readonly maxBlock?: number
  /** Checks every block's content when a file is first read. Default true; false for content that was checked before. */
  readonly verify?: boolean
}

/** What a file is read with. */
export interface Reading extends IndexOptions {
  /** Ends it in the middle. */
  readonly signal: AbortSignal
}

/** A file to be read. */
export interface FileToIndex {
  readonly name: string
  readonly path: string
  readonly stamp: string
}

/** Entries put into the index in one go. */
const BATCH = 1024

/** How files are read with these options: an index made in another way says other things. */
export const madeBy = ({ maxBlock = DEFAULT_MAX_BLOCK, verify = true }: IndexOptions): string => `${maxBlock} ${verify}`

/** Reads a CAR into the index. One that is not whole and right is left out, and the index keeps why. */
export async function indexCar(index: BlockIndex, file: FileToIndex, options: Reading): Promise<IndexedFile> {
  const id = index.begin(file.name, file.stamp)
  const facts = await readFacts(index, id, file, options).catch((error: unknown) => {
    if (error instanceof RetrievalError || isSystemError(error)) return leftOut(error.message)
    throw error
  })
  if ('problem' in facts) await index.remove(id)
  // What is left out has no blocks, and is remembered all the same.
  const indexed = {
    ...facts,
    name: file.name,
    stamp: file.stamp,
    id: 'problem' in facts ? index.begin(file.name, file.stamp) : id,
  }
  index.finish(indexed)
  return indexed
}

type Facts = Omit<IndexedFile, 'id' | 'name' | 'stamp'>

const isSystemError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && typeof (error as NodeJS.ErrnoException).syscall === 'string'

const leftOut = (problem: string): Facts & { readonly problem: string } => ({
  ...{ blocks: 0, unknown: 0, bytes: 0, step: 0, roots: [] },
  problem,
})

async function readFacts(
  index: BlockIndex,
  id: number,
  { path, stamp }: FileToIndex,
  { maxBlock = DEFAULT_MAX_BLOCK, verify = true, signal }: Reading,
): Promise<Facts> {
  const reader = await openCarReader(path, { maxBlock, hashes: verify ? hashes : undefined })
  try {
    const facts = await addEntries(index, id, reader, signal)
    // What was written to while it was read is not what it was when reading began.
    if (stampOf(await stat(path, { bigint: true })) !== stamp) throw new RetrievalError('CAR_CHANGED', { path })
    return facts
  } finally {
    await reader.close()
  }
}

async function addEntries(index: BlockIndex, id: number, reader: CarReader, signal: AbortSignal): Promise<Facts> {
  let [blocks, unknown, bytes, step] = [0, 0, 0, 0]
  let batch: CarEntry[] = []
  const flush = () => {
    signal.throwIfAborted()
    index.add(id, batch)
    batch = []
  }
  for await (const entry of reader.entries()) {
    blocks += 1
    bytes += entry.length
    if (!entry.isKnown) unknown += 1
    if (!entry.isKnown || isIdentity(entry.cid)) continue
    step = Math.max(step, entry.length)
    batch.push(entry)
    if (batch.length >= BATCH) flush()
  }
  flush()
  return { blocks, unknown, bytes, step, roots: reader.roots.map(String) }
}
