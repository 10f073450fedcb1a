import { concatBytes } from '@sluice/protocol'

/** What a UnixFS node says of itself: the part that files and directories need. */
export interface UnixFsNode {
  readonly type: UnixFsType
  /** Bytes of the file that stand in the node itself. */
  readonly data: Uint8Array
  /** Bytes of the file in the node and below it. */
  readonly fileSize: number | undefined
  /** Bytes of the file below each link. */
  readonly blockSizes: readonly number[]
  /** Of a sharded directory: multicodec of the hash of names, and how many links a node has at most. */
  readonly hashType: number | undefined
  readonly fanout: number | undefined
}

const TYPES = ['raw', 'directory', 'file', 'metadata', 'symlink', 'sharded directory'] as const
export type UnixFsType = (typeof TYPES)[number]

const FILE = 2
const FIELD = { type: 1, data: 2, fileSize: 3, blockSize: 4, hashType: 5, fanout: 6 } as const
const NUMBERS: readonly number[] = [FIELD.fileSize, FIELD.hashType, FIELD.fanout]
const VARINT = 0
const FIXED64 = 1
const BYTES = 2
const FIXED32 = 5
const EMPTY = new Uint8Array(0)

/** The node of a file over pieces of these sizes. */
export function encodeFileNode(blockSizes: readonly number[]): Uint8Array {
  const fileSize = blockSizes.reduce((sum, size) => sum + size, 0)
  return concatBytes(
    field(FIELD.type, FILE),
    field(FIELD.fileSize, fileSize),
    ...blockSizes.map((size) => field(FIELD.blockSize, size)),
  )
}

function field(number: number, value: number): Uint8Array {
  return Uint8Array.of((number << 3) | VARINT, ...varint(value))
}

function* varint(value: number): Generator<number> {
  let rest = value
  for (; rest > 127; rest = Math.floor(rest / 128)) yield (rest % 128) | 128
  yield rest
}

/**
 * Reads a node. Fields that are not known are passed over.
 *
 * @throws Error where the bytes are no UnixFS node.
 */
export function decodeNode(bytes: Uint8Array): UnixFsNode {
  const reader = new Reader(bytes)
  let type: UnixFsType | undefined
  let data: Uint8Array = EMPTY
  const numbers = new Map<number, number>()
  const blockSizes: number[] = []
  while (!reader.isAtEnd) {
    const key = reader.varint()
    const number = Math.floor(key / 8)
    const wire = key % 8
    if (number === FIELD.type && wire === VARINT) type = TYPES[reader.varint()]
    else if (number === FIELD.blockSize && wire === VARINT) blockSizes.push(reader.varint())
    else if (NUMBERS.includes(number) && wire === VARINT) numbers.set(number, reader.varint())
    else if (number === FIELD.data && wire === BYTES) data = reader.bytes(reader.varint())
    else reader.skip(wire)
  }
  if (type === undefined) throw new Error('it has no type')
  return {
    type,
    data,
    fileSize: numbers.get(FIELD.fileSize),
    blockSizes,
    hashType: numbers.get(FIELD.hashType),
    fanout: numbers.get(FIELD.fanout),
  }
}

class Reader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length
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
    if (wire === VARINT) this.#skipVarint()
    else if (wire === FIXED64) this.bytes(8)
    else if (wire === BYTES) this.bytes(this.varint())
    else if (wire === FIXED32) this.bytes(4)
    else throw new Error(`the wire type ${wire}`)
  }

  /** Of up to ten bytes: a negative time, for one, is no safe integer. */
  #skipVarint(): void {
    for (let i = 0; i < 10; i++) if ((this.bytes(1)[0] ?? 0) < 128) return
    throw new Error('a number is too long')
  }
}
