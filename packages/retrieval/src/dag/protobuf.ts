/** How the values of fields are written. */
export const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const

/** Reads the fields of a message of Protocol Buffers. What it throws is an Error that says what is wrong with the bytes. */
export class ProtobufReader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length
  }

  /** The number of the field that comes, and how its value is written. */
  key(): { readonly number: number; readonly wire: number } {
    const key = this.varint()
    return { number: Math.floor(key / 8), wire: key % 8 }
  }

  varint(): number {
    let value = 0
    for (let scale = 1; scale <= 2 ** 49; scale *= 128) {
      const [byte] = this.bytes(1)
      if (byte === undefined) break
      value += (byte & 127) * scale
      if (byte < 128) {
        if (Number.isSafeInteger(value)) return value
        break
      }
    }
    throw new Error('a number is too large')
  }

  bytes(length: number): Uint8Array {
    const end = this.#at + length
    if (end > this.#bytes.length) throw new Error('it ends too early')
    const part = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return part
  }

  skip(wire: number): void {
    if (wire === WIRE.varint) this.#skipVarint()
    else if (wire === WIRE.fixed64) this.bytes(8)
    else if (wire === WIRE.bytes) this.bytes(this.varint())
    else if (wire === WIRE.fixed32) this.bytes(4)
    else throw new Error(`the wire type ${wire}`)
  }

  /** Of up to ten bytes: a negative time, for one, is no safe integer. */
  #skipVarint(): void {
    for (let i = 0; i < 10; i++) if ((this.bytes(1)[0] ?? 0) < 128) return
    throw new Error('a number is too long')
  }
}
