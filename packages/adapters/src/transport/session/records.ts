import type { Primitives } from './primitives.ts'

/** What a record is for: its first byte. */
const FRAMES = 0
const ALIVE = 1
const ASK = 2

const LENGTH_BYTES = 4
/** Frames that wait together share a record up to this many bytes; a larger frame has one of its own. */
const SHARED_BYTES = 64 * 1024

/** What the plain text of one record says: frames, that its sender is alive, or that it wants to hear so. */
export type Record =
  | { readonly type: 'frames'; readonly frames: readonly Uint8Array[] }
  | { readonly type: 'alive' }
  | { readonly type: 'ask' }

/** The largest record that carries one frame of this size, sealed. */
export function recordBytes(frameBytes: number): number {
  return Math.max(frameBytes + LENGTH_BYTES, SHARED_BYTES) + 1 + 16
}

function packFrames(frames: readonly Uint8Array[], bytes: number): Uint8Array {
  const plain = new Uint8Array(1 + bytes)
  const view = new DataView(plain.buffer)
  plain[0] = FRAMES
  let offset = 1
  for (const frame of frames) {
    view.setUint32(offset, frame.length)
    plain.set(frame, offset + LENGTH_BYTES)
    offset += LENGTH_BYTES + frame.length
  }
  return plain
}

/** The plain texts of as few records as carry the frames in order. */
export function packRecords(frames: readonly Uint8Array[]): Uint8Array[] {
  const records: Uint8Array[] = []
  let first = 0
  let bytes = 0
  frames.forEach((frame, i) => {
    const more = LENGTH_BYTES + frame.length
    if (i > first && bytes + more > SHARED_BYTES) {
      records.push(packFrames(frames.slice(first, i), bytes))
      first = i
      bytes = 0
    }
    bytes += more
  })
  if (first < frames.length) records.push(packFrames(frames.slice(first), bytes))
  return records
}

export const packAlive = (): Uint8Array => Uint8Array.of(ALIVE)
export const packAsk = (): Uint8Array => Uint8Array.of(ASK)

function unpackFrames(plain: Uint8Array, frameBytes: number): Record | undefined {
  const view = new DataView(plain.buffer, plain.byteOffset, plain.byteLength)
  const frames: Uint8Array[] = []
  for (let offset = 1; offset < plain.length; ) {
    if (plain.length - offset < LENGTH_BYTES) return undefined
    const length = view.getUint32(offset)
    offset += LENGTH_BYTES
    if (length > frameBytes || length > plain.length - offset) return undefined
    frames.push(plain.subarray(offset, offset + length))
    offset += length
  }
  return frames.length === 0 ? undefined : { type: 'frames', frames }
}

/** What a record says, or undefined if it is none or carries a frame that is too large. */
export function unpackRecord(plain: Uint8Array, frameBytes: number): Record | undefined {
  switch (plain[0]) {
    case FRAMES:
      return unpackFrames(plain, frameBytes)
    case ALIVE:
      return plain.length === 1 ? { type: 'alive' } : undefined
    case ASK:
      return plain.length === 1 ? { type: 'ask' } : undefined
    default:
      return undefined
  }
}

/** One direction's nonces: a counter that never comes back, so that a replayed or reordered record does not open. */
function createCounter(): () => Uint8Array {
  const nonce = new Uint8Array(12)
  const view = new DataView(nonce.buffer)
  let count = 0n
  return () => {
    view.setBigUint64(4, count++)
    return nonce
  }
}

/** Seals the records of one direction, in order. */
export function createSealer(primitives: Primitives, key: Uint8Array): (plain: Uint8Array) => Uint8Array {
  const next = createCounter()
  const aead = primitives.createAead(key)
  return (plain) => aead.seal(next(), plain)
}

/** Opens the records of one direction, in order; undefined for anything but the next one. */
export function createOpener(primitives: Primitives, key: Uint8Array): (sealed: Uint8Array) => Uint8Array | undefined {
  const next = createCounter()
  const aead = primitives.createAead(key)
  return (sealed) => aead.open(next(), sealed)
}
