import type { FileHandle } from 'node:fs/promises'
import { RetrievalError } from '../errors.ts'
import { type Leaf, leafCid } from './unixfs-tree.ts'

/** Reads until the buffer is full or the file ends. */
export async function fill(source: FileHandle, buffer: Buffer, offset: number): Promise<number> {
  let size = 0
  while (size < buffer.length) {
    const { bytesRead } = await source.read(buffer, size, buffer.length - size, offset + size)
    if (bytesRead === 0) break
    size += bytesRead
  }
  return size
}

/**
 * Reads a piece of a file again.
 *
 * @throws RetrievalError `FILE_CHANGED` where it is not what it was.
 */
export async function readLeaf(source: FileHandle, path: string, { cid, offset, size }: Leaf): Promise<Uint8Array> {
  const buffer = Buffer.allocUnsafeSlow(size)
  const read = await fill(source, buffer, offset)
  if (read === size && leafCid(buffer).equals(cid)) return buffer
  throw new RetrievalError('FILE_CHANGED', { path })
}
