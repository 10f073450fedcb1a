import { createPublicKey, hash, type KeyObject, verify } from 'node:crypto'
import { decode } from '@ipld/dag-cbor'
import { concatBytes, equalBytes } from '@sluice/protocol'
import { ProtobufReader, WIRE } from '../../dag/protobuf.ts'

/** A record of an IPNS name that its owner signed. */
export interface IpnsRecord {
  readonly bytes: Uint8Array
  /** What the name stands for, such as `/ipfs/<cid>`. */
  readonly value: string
  /** Grows with each record of a name. */
  readonly sequence: bigint
  /** Milliseconds since the Unix epoch after which it counts no more. */
  readonly validUntil: number
  /** How long it may be taken for the newest one, seconds. */
  readonly ttl: number
}

/** 10 KiB, as the specification has it. */
export const MAX_RECORD = 10 << 10
const SIGNED_BEFORE = new TextEncoder().encode('ipns-signature:')
const FIELD = { publicKey: 7, signature: 8, data: 9 } as const
const KEY_FIELD = { type: 1, data: 2 } as const
const KEY_TYPES = ['RSA', 'Ed25519', 'secp256k1', 'ECDSA'] as const
/** What stands before a raw key to make it one that every library reads (RFC 8410, RFC 5480). */
const SPKI_BEFORE: Readonly<Record<string, string>> = {
  Ed25519: '302a300506032b6570032100',
  secp256k1: '3036301006072a8648ce3d020106052b8104000a032200',
}
const IDENTITY = Uint8Array.of(0x00)
const SHA2_256 = Uint8Array.of(0x12, 0x20)

/**
 * Reads the record of a name and checks that whoever holds the name's key signed it (version 2 of the signature).
 *
 * @param name The name's multihash.
 * @throws Error that says what is wrong with it.
 */
export function readIpnsRecord(name: Uint8Array, bytes: Uint8Array): IpnsRecord {
  if (bytes.length > MAX_RECORD) throw new Error(`it has more than ${MAX_RECORD} bytes`)
  const fields = bytesFields(bytes)
  const signature = fields.get(FIELD.signature)
  const data = fields.get(FIELD.data)
  if (signature === undefined || data === undefined) throw new Error('it has no signature of version 2')
  const { key, isHashed } = keyOf(name, fields.get(FIELD.publicKey))
  if (!verify(isHashed ? 'sha256' : null, concatBytes(SIGNED_BEFORE, data), key, signature)) {
    throw new Error('its signature is not that of its name')
  }
  return { bytes, ...termsIn(data) }
}

function bytesFields(bytes: Uint8Array): ReadonlyMap<number, Uint8Array> {
  const fields = new Map<number, Uint8Array>()
  const reader = new ProtobufReader(bytes)
  while (!reader.isAtEnd) {
    const { number, wire } = reader.key()
    if (wire === WIRE.bytes) fields.set(number, reader.bytes(reader.varint()))
    else reader.skip(wire)
  }
  return fields
}

/** The key that a name is, or that the record brings and the name is the hash of. */
function keyOf(
  name: Uint8Array,
  brought: Uint8Array | undefined,
): { readonly key: KeyObject; readonly isHashed: boolean } {
  if (equalBytes(name.subarray(0, 1), IDENTITY)) return readKey(name.subarray(2))
  const hashed = brought && concatBytes(SHA2_256, hash('sha256', brought, 'buffer'))
  if (brought === undefined || hashed === undefined || !equalBytes(hashed, name)) {
    throw new Error('it does not bring the key of its name')
  }
  return readKey(brought)
}

function readKey(bytes: Uint8Array): { readonly key: KeyObject; readonly isHashed: boolean } {
  const reader = new ProtobufReader(bytes)
  let type: string | undefined
  let data: Uint8Array | undefined
  while (!reader.isAtEnd) {
    const { number, wire } = reader.key()
    if (number === KEY_FIELD.type && wire === WIRE.varint) type = KEY_TYPES[reader.varint()]
    else if (number === KEY_FIELD.data && wire === WIRE.bytes) data = reader.bytes(reader.varint())
    else reader.skip(wire)
  }
  if (type === undefined || data === undefined) throw new Error('its key is of no known kind')
  const before = Buffer.from(SPKI_BEFORE[type] ?? '', 'hex')
  const key = createPublicKey({ key: Buffer.concat([before, data]), format: 'der', type: 'spki' })
  return { key, isHashed: type !== 'Ed25519' }
}

function termsIn(data: Uint8Array): Pick<IpnsRecord, 'value' | 'sequence' | 'validUntil' | 'ttl'> {
  const { Value, Validity, ValidityType, Sequence, TTL } = decode<Record<string, unknown>>(data)
  const validUntil = Validity instanceof Uint8Array ? Date.parse(new TextDecoder().decode(Validity)) : Number.NaN
  if (ValidityType !== 0 || Number.isNaN(validUntil)) throw new Error('it does not say until when it counts')
  const nanoseconds = isWhole(TTL) ? BigInt(TTL) : 0n
  if (!isWhole(Sequence)) throw new Error('it has no sequence')
  if (!(Value instanceof Uint8Array)) throw new Error('it has no value')
  return {
    value: new TextDecoder().decode(Value),
    sequence: BigInt(Sequence),
    validUntil,
    ttl: Number(nanoseconds / 1_000_000_000n),
  }
}

const isWhole = (value: unknown): value is number | bigint => typeof value === 'bigint' || Number.isSafeInteger(value)
