import type { FileHandle } from 'node:fs/promises'

/** Bytes written at a time. */
const PIECE = 1 << 20
/** Pieces at most, being filled or written. */
const PIECES = 4

/**
 * Writes a file from a place on, in large pieces and behind the back of who gives the bytes: these are copied, so blocks of any size cost the same, and only a disk that
 * is slower than what comes is waited for. A failure is thrown by the next call.
 */
export class WriteBehind {
  readonly #handle: FileHandle
  readonly #spare: Buffer[] = []
  #made = 0
  readonly #writing = new Set<Promise<void>>()
  #filling: Buffer | undefined
  #filled = 0
  /** Where what is being filled goes. */
  #at: number
  #failure: { readonly error: unknown } | undefined

  constructor(handle: FileHandle, start: number) {
    this.#handle = handle
    this.#at = start
  }

  /** Takes bytes, which are the caller's again once it has returned; or, where it returns a promise, once that has resolved. */
  write(bytes: Uint8Array): Promise<void> | undefined {
    this.#check()
    const taken = this.#take(bytes)
    return taken === bytes.length ? undefined : this.#takeLater(bytes.subarray(taken))
  }

  /** Resolves once all that was given is written. */
  async flush(): Promise<void> {
    this.#begin()
    while (this.#writing.size > 0) await Promise.all(this.#writing)
    this.#check()
  }

  /** Resolves once all that was given is on the disk. */
  async finish(): Promise<void> {
    await this.flush()
    await this.#handle.sync()
  }

  #check(): void {
    if (this.#failure !== undefined) throw this.#failure.error
  }

  async #takeLater(bytes: Uint8Array): Promise<void> {
    for (let taken = 0; taken < bytes.length; ) {
      await Promise.race(this.#writing)
      this.#check()
      taken += this.#take(bytes.subarray(taken))
    }
  }

  /** Takes as many bytes as there is room for. */
  #take(bytes: Uint8Array): number {
    let taken = 0
    while (taken < bytes.length) {
      this.#filling ??= this.#room()
      if (this.#filling === undefined) return taken
      const count = Math.min(bytes.length - taken, PIECE - this.#filled)
      this.#filling.set(bytes.subarray(taken, taken + count), this.#filled)
      this.#filled += count
      taken += count
      if (this.#filled === PIECE) this.#begin()
    }
    return taken
  }

  #room(): Buffer | undefined {
    const spare = this.#spare.pop()
    if (spare !== undefined || this.#made === PIECES) return spare
    this.#made += 1
    return Buffer.allocUnsafeSlow(PIECE)
  }

  /** Begins to write what is filled. */
  #begin(): void {
    const buffer = this.#filling
    if (buffer === undefined) return
    const [at, length] = [this.#at, this.#filled]
    this.#filling = undefined
    this.#filled = 0
    this.#at += length
    const writing = writeAll(this.#handle, buffer.subarray(0, length), at)
      .catch((error: unknown) => {
        this.#failure ??= { error }
      })
      .then(() => {
        this.#spare.push(buffer)
        this.#writing.delete(writing)
      })
    this.#writing.add(writing)
  }
}

async function writeAll(handle: FileHandle, bytes: Buffer, start: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, start + done)
    done += bytesWritten
  }
}
