import { TabError } from '../errors.ts'

/** The media type of a body in frames; the type of what the frames hold is in the header {@link PAYMENT_CONTENT_TYPE}. */
export const FRAMES_TYPE = 'application/vnd.sluice.frames'
export const PAYMENT_CONTENT_TYPE = 'PAYMENT-CONTENT-TYPE'

/** Bytes of the body; a standing while the body goes on; the last standing, after which nothing comes. */
export type FrameKind = 'data' | 'report' | 'end'
const KINDS: readonly FrameKind[] = ['data', 'report', 'end']
const HEAD = 5
/** Most bytes that one frame holds. */
export const MAX_FRAME = 1 << 20

export interface Frame {
  readonly kind: FrameKind
  readonly bytes: Uint8Array
}

/** A frame: its kind in a byte, its length in four, most significant first, and its bytes. */
export function encodeFrame(kind: FrameKind, bytes: Uint8Array): Uint8Array {
  const frame = new Uint8Array(HEAD + bytes.length)
  frame[0] = KINDS.indexOf(kind)
  new DataView(frame.buffer).setUint32(1, bytes.length)
  frame.set(bytes, HEAD)
  return frame
}

/** Takes a body apart. What is held back is less than one frame. */
export class FrameReader {
  #rest = new Uint8Array(0)

  /** The frames that are whole with these bytes. @throws TabError `FRAME_INVALID`. */
  take(bytes: Uint8Array): Frame[] {
    const all = new Uint8Array(this.#rest.length + bytes.length)
    all.set(this.#rest)
    all.set(bytes, this.#rest.length)
    const frames: Frame[] = []
    let at = 0
    while (all.length - at >= HEAD) {
      const kind = KINDS[all[at] ?? KINDS.length]
      const length = new DataView(all.buffer).getUint32(at + 1)
      if (kind === undefined || length > MAX_FRAME) throw new TabError('FRAME_INVALID', { kind: all[at] ?? 0, length })
      if (all.length - at - HEAD < length) break
      frames.push({ kind, bytes: all.slice(at + HEAD, at + HEAD + length) })
      at += HEAD + length
    }
    this.#rest = all.slice(at)
    return frames
  }
}
