/** What is served: bytes whose number is known, the same each time for one ETag. */
export interface Resource {
  /** Names the resource within the server, whatever url it was asked by: what a payment is bound to. */
  readonly key: string
  /** A strong entity tag with its quotes. */
  readonly etag: string
  /** Bytes of the whole. */
  readonly length: number
  /** Media type. */
  readonly type: string
  readonly description?: string
  /** The most bytes that a client must hold before it can judge them, such as the largest block: a gate's window is at least this. */
  readonly step?: number
  /** Further headers of an answer that carries the resource. */
  readonly headers?: Readonly<Record<string, string>>
  /** The bytes from `start` up to and without `end`, in pieces that the caller does not change. */
  read(start: number, end: number, signal: AbortSignal): AsyncIterable<Uint8Array>
}
