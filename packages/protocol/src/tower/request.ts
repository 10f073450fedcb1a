import { list, optional, struct } from '../codec/composite-fields.ts'
import { address, bytes, bytes32, flag, signature, text, uint, uint64 } from '../codec/value-fields.ts'
import { bytesToHex } from '../primitives/bytes.ts'
import type { Crypto, Keccak256 } from '../primitives/crypto.ts'
import type { Address, Hex } from '../primitives/hex.ts'
import { decodeEntry, encodeEntry } from '../records/entry.ts'
import type { Digests } from '../signing/digests.ts'
import {
  addressWord,
  bytes32Word,
  type Domain,
  hashDomain,
  hashStruct,
  hashType,
  hashTypedData,
} from '../signing/eip712.ts'

/** Most items that one request hands over or takes back. */
export const TOWER_ITEMS_A_REQUEST = 256
/** Most bytes of a request. */
export const TOWER_REQUEST_BYTES = 1_048_576

/** What a client asks of a tower. All of it is done, or nothing. */
export interface TowerRequest {
  readonly client: Address
  /** Above the number of every request of this client before: milliseconds since the Unix epoch. */
  readonly number: bigint
  readonly puts: readonly { readonly key: string; readonly value: Uint8Array }[]
  readonly removes: readonly string[]
  /** Asks for the hashes of all that the tower holds of this client. */
  readonly list: boolean
  /** 32 fresh bytes: asks for the proof that it holds all. */
  readonly nonce?: Hex
}

/** A tower's answer, of after what was asked for was done. */
export interface TowerAnswer {
  /** What is left of what the client paid for gas, and what was spent for it, native base units. */
  readonly balance: bigint
  readonly spent: bigint
  readonly hashes?: readonly { readonly key: string; readonly hash: Hex }[]
  readonly proof?: Hex
}

interface Signed {
  readonly request: Uint8Array
  readonly signature: Hex
}

const request = struct<TowerRequest>({
  client: address,
  number: uint64,
  puts: list(struct<TowerRequest['puts'][number]>({ key: text, value: bytes }), 0, TOWER_ITEMS_A_REQUEST),
  removes: list(text, 0, TOWER_ITEMS_A_REQUEST),
  list: flag,
  nonce: optional(bytes32),
})

const signed = struct<Signed>({ request: bytes, signature })

const answer = struct<TowerAnswer>({
  balance: uint,
  spent: uint,
  hashes: optional(list(struct<{ key: string; hash: Hex }>({ key: text, hash: bytes32 }), 0, Number.POSITIVE_INFINITY)),
  proof: optional(bytes32),
})

const TYPE = 'TowerRequest(address tower,bytes32 request)'

/** What a client signs to ask something of a tower, under a deployment's domain; never on chain. */
export function towerRequestDigest(
  keccak256: Keccak256,
  domain: Domain,
  { tower, request: hash }: { readonly tower: Address; readonly request: Hex },
): Hex {
  const words = [addressWord('tower', tower), bytes32Word('request', hash)]
  const struct = hashStruct(keccak256, hashType(keccak256, TYPE), words)
  return hashTypedData(keccak256, hashDomain(keccak256, domain), struct)
}

const digestOf = (
  { keccak256 }: Pick<Crypto, 'keccak256'>,
  { domain }: Digests,
  tower: Address,
  body: Uint8Array,
): Hex => towerRequestDigest(keccak256, domain, { tower, request: bytesToHex(keccak256(body)) })

/** A request as it goes out: signed by its client, for this tower alone. */
export function signTowerRequest(
  {
    crypto,
    digests,
    sign,
  }: { readonly crypto: Crypto; readonly digests: Digests; readonly sign: (digest: Hex) => Hex },
  tower: Address,
  asked: TowerRequest,
): Uint8Array {
  const body = encodeEntry(request, asked)
  return encodeEntry(signed, { request: body, signature: sign(digestOf(crypto, digests, tower, body)) })
}

/**
 * Reads a request. Undefined if its client did not sign it for this tower.
 *
 * @throws ProtocolError `RECORD_VERSION_UNKNOWN`, `RECORD_MALFORMED`.
 */
export function readTowerRequest(
  { crypto, digests }: { readonly crypto: Crypto; readonly digests: Digests },
  tower: Address,
  encoded: Uint8Array,
): TowerRequest | undefined {
  const found = decodeEntry(signed, 'request', encoded)
  const read = decodeEntry(request, 'request', found.request)
  const by = crypto.recover(digestOf(crypto, digests, tower, found.request), found.signature)
  return by === read.client ? read : undefined
}

export const encodeTowerAnswer = (given: TowerAnswer): Uint8Array => encodeEntry(answer, given)
/** @throws ProtocolError `RECORD_VERSION_UNKNOWN`, `RECORD_MALFORMED`. */
export const decodeTowerAnswer = (encoded: Uint8Array): TowerAnswer => decodeEntry(answer, 'answer', encoded)
