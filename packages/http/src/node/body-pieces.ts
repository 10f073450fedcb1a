import { connect, type Socket, type TcpNetConnectOpts } from 'node:net'

/** Bytes read from the socket at a time. */
const READ = 256 << 10
/** Reading pauses while so many bytes wait for who reads them. */
const MAX_WAITING = 1 << 20

interface Waiting {
  readonly resolve: (result: IteratorResult<Uint8Array, undefined>) => void
  readonly reject: (error: unknown) => void
}

/**
 * The body of an answer in large pieces, read into buffers that are used again and again: each piece is valid until the next one is asked for. Taking memory
 * anew for every read costs more than all else that is done with the bytes.
 */
export class BodyPieces implements AsyncIterableIterator<Uint8Array, undefined> {
  readonly #spare: Uint8Array[] = []
  /** By the memory that they are views of. */
  readonly #lent = new Map<ArrayBufferLike, Uint8Array>()
  readonly #pieces: Uint8Array[] = []
  #waitingBytes = 0
  /** The piece that who reads has. */
  #given: Uint8Array | undefined
  #waiting: Waiting | undefined
  #end: { readonly error?: unknown } | undefined
  #resume: () => void = () => {}
  #stop: () => void = () => {}

  /** A connection that reads into these buffers, and gives what it reads to `take`. */
  connect(options: TcpNetConnectOpts, take: (bytes: Uint8Array, socket: Socket) => void): Socket {
    const socket: Socket = connect({
      ...options,
      onread: {
        buffer: () => this.#lend(),
        callback: (count, buffer) => {
          take(buffer.subarray(0, count), socket)
          return !this.isFull
        },
      },
    })
    return socket
  }

  /** Says how reading goes on after {@link isFull}, and how it is given up. */
  control(resume: () => void, stop: () => void): void {
    this.#resume = resume
    this.#stop = stop
  }

  /** Whether enough waits for who reads: nothing more is to be added until `resume` is called. */
  get isFull(): boolean {
    return this.#waitingBytes >= MAX_WAITING
  }

  add({ buffer, byteOffset, length }: Uint8Array): void {
    // Not a Buffer: whoever calls its `slice` means a copy.
    const piece = new Uint8Array(buffer, byteOffset, length)
    const waiting = this.#waiting
    this.#waiting = undefined
    if (waiting !== undefined) waiting.resolve({ done: false, value: this.#give(piece) })
    else {
      this.#pieces.push(piece)
      this.#waitingBytes += piece.length
    }
  }

  /** No more comes: it is whole, or ends with an error. What waits is still given. */
  end(end: { readonly error?: unknown } = {}): void {
    if (this.#end !== undefined) return
    this.#end = end
    const waiting = this.#waiting
    this.#waiting = undefined
    if (waiting === undefined) return
    if ('error' in end) waiting.reject(end.error)
    else waiting.resolve({ done: true, value: undefined })
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    const piece = this.#pieces.shift()
    if (piece !== undefined) {
      const wasFull = this.isFull
      this.#waitingBytes -= piece.length
      const value = this.#give(piece)
      if (wasFull && !this.isFull) this.#resume()
      return { done: false, value }
    }
    const end = this.#end
    if (end !== undefined && 'error' in end) throw end.error
    if (end !== undefined) return { done: true, value: undefined }
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
    })
  }

  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#pieces.length = 0
    this.end()
    this.#stop()
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  #lend(): Uint8Array {
    const buffer = this.#spare.pop() ?? new Uint8Array(READ)
    this.#lent.set(buffer.buffer, buffer)
    return buffer
  }

  /** Pieces come in order: once one of other memory is given, nobody has any of the memory before. */
  #give(piece: Uint8Array): Uint8Array {
    const before = this.#given?.buffer
    this.#given = piece
    if (before === undefined || before === piece.buffer) return piece
    const spare = this.#lent.get(before)
    if (spare !== undefined) {
      this.#lent.delete(before)
      this.#spare.push(spare)
    }
    return piece
  }
}
