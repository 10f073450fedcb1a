/** What a frame that waits takes in memory beside its bytes. */
const FRAME_OVERHEAD = 128

/** Frames taken out that still stand in the list, at most: it is copied no more often than that. */
const READ_MAX = 1024

/** Bytes of frames that wait in all sessions together, with what each frame takes beside its own. */
export interface HeldTotal {
  bytes: number
}

/** Frames of a session that wait until their peer may cost more, in order. */
export class HeldFrames {
  readonly #most: number
  readonly #total: HeldTotal
  #frames: Uint8Array[] = []
  #read = 0
  #bytes = 0

  /**
   * @param most Bytes that may wait, with what each frame takes beside its own.
   * @param total Is kept up to date.
   */
  constructor(most: number, total: HeldTotal) {
    this.#most = most
    this.#total = total
  }

  /** What waits, with what each frame takes beside its own. */
  get bytes(): number {
    return this.#bytes
  }

  get size(): number {
    return this.#frames.length - this.#read
  }

  /** Adds a frame. Returns whether what waits is within bounds. */
  push(frame: Uint8Array): boolean {
    this.#frames.push(frame)
    this.#add(frame.length + FRAME_OVERHEAD)
    return this.#bytes <= this.#most
  }

  /** Takes out the frame that came first; undefined if none waits. */
  take(): Uint8Array | undefined {
    const frame = this.#frames[this.#read]
    if (frame === undefined) return undefined
    this.#read += 1
    this.#add(-frame.length - FRAME_OVERHEAD)
    if (this.#read === this.#frames.length || this.#read === READ_MAX) {
      this.#frames = this.#frames.slice(this.#read)
      this.#read = 0
    }
    return frame
  }

  clear(): void {
    this.#frames = []
    this.#read = 0
    this.#add(-this.#bytes)
  }

  #add(bytes: number): void {
    this.#bytes += bytes
    this.#total.bytes += bytes
  }
}
