import type { Resource } from '../gate/resource.ts'

/** Bytes whose values depend on their offsets. */
export function patternBytes(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8) * 7) & 0xff)
}

/** A resource over bytes in memory, read in pieces of `piece` bytes. */
export function bytesResource(bytes: Uint8Array, piece = 1000, changes: Partial<Resource> = {}): Resource {
  return {
    key: '/thing',
    etag: '"thing-1"',
    length: bytes.length,
    type: 'application/octet-stream',
    async *read(start, end) {
      for (let at = start; at < end; at += piece) yield bytes.subarray(at, Math.min(at + piece, end))
    },
    ...changes,
  }
}
