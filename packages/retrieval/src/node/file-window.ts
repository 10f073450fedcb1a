import type { FileHandle } from 'node:fs/promises'
import { RetrievalError } from '../errors.ts'

/** A piece of a file in memory, moved along it. */
export class FileWindow {
  readonly path: string
  readonly #handle: FileHandle
  readonly #buffer: Buffer
  #first = 0
  #last: number
  #at = 0
  #length = 0

  /** `size`: bytes of the file. `capacity`: most bytes that are asked for at a time. */
  constructor(handle: FileHandle, path: string, size: number, capacity: number) {
    this.#handle = handle
    this.path = path
    this.#last = size
    this.#buffer = Buffer.allocUnsafe(capacity)
  }

  /** The first byte that is looked at. */
  get start(): number {
    return this.#first
  }

  /** The byte after the last one that is looked at. */
  get end(): number {
    return this.#last
  }

  /** Looks at a part of the file alone from now on. */
  narrow(start: number, end: number): void {
    this.#first = start
    this.#last = end
  }

  /** The bytes at `offset`: `wanted` of them, fewer at the end. */
  async at(offset: number, wanted: number): Promise<Buffer> {
    const bounded = Math.min(wanted, this.#last - offset)
    const from = offset - this.#at
    const has = from >= 0 && from + bounded <= this.#length
    if (!has) await this.#load(offset)
    const begin = offset - this.#at
    return this.#buffer.subarray(begin, Math.min(begin + bounded, this.#length))
  }

  async #load(offset: number): Promise<void> {
    this.#at = offset
    this.#length = 0
    while (this.#length < this.#buffer.length) {
      const { bytesRead } = await this.#handle.read(
        this.#buffer,
        this.#length,
        this.#buffer.length - this.#length,
        offset + this.#length,
      )
      if (bytesRead === 0) return
      this.#length += bytesRead
    }
  }

  /** What is wrong with the file, and where. */
  broken(offset: number, reason: string, cause?: unknown): RetrievalError {
    return new RetrievalError('CAR_BROKEN', { path: this.path, reason, offset }, cause)
  }
}
