import { concatBytes } from '@sluice/protocol'
import { ProtobufReader, WIRE } from './protobuf.ts'

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
  return Uint8Array.of((number << 3) | WIRE.varint, ...varint(value))
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
  const reader = new ProtobufReader(bytes)
  let type: UnixFsType | undefined
  let data: Uint8Array = EMPTY
  const numbers = new Map<number, number>()
  const blockSizes: number[] = []
  while (!reader.isAtEnd) {
    const { number, wire } = reader.key()
    if (number === FIELD.type && wire === WIRE.varint) type = TYPES[reader.varint()]
    else if (number === FIELD.blockSize && wire === WIRE.varint) blockSizes.push(reader.varint())
    else if (NUMBERS.includes(number) && wire === WIRE.varint) numbers.set(number, reader.varint())
    else if (number === FIELD.data && wire === WIRE.bytes) data = reader.bytes(reader.varint())
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
