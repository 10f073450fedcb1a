import { decodeOptions } from '@ipld/dag-cbor'
import { decode as decodeCbor } from 'cborg'
import { decode as decodeJson } from 'cborg/json'
import { CID } from 'multiformats/cid'
import { CBOR, DAG_CBOR, DAG_JSON, JSON_PLAIN } from './cids.ts'

/** What a block of CBOR or JSON holds: maps and arrays of such, CIDs, and what plays no part here. */
export type Value = ReadonlyMap<unknown, unknown> | readonly unknown[] | CID | unknown

const RESERVED = '/'

/**
 * Reads a block as a value. Maps keep the order of their keys, whatever these look like.
 *
 * @returns Undefined for codecs that hold no such value.
 * @throws Error where the bytes are not of the codec.
 */
export function readValue(code: number, bytes: Uint8Array): { readonly value: Value } | undefined {
  if (code === DAG_CBOR) return { value: decodeCbor(bytes, { ...decodeOptions, useMaps: true }) }
  if (code === CBOR) return { value: decodeCbor(bytes, { useMaps: true }) }
  if (code === DAG_JSON) return { value: withLinks(decodeJson(bytes, { useMaps: true })) }
  if (code === JSON_PLAIN) return { value: decodeJson(bytes, { useMaps: true }) }
  return undefined
}

/** DAG-JSON writes a link as a map of the one key `/` with a CID as text. */
function withLinks(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withLinks)
  if (!(value instanceof Map)) return value
  const link = value.size === 1 ? value.get(RESERVED) : undefined
  if (typeof link === 'string') return CID.parse(link)
  return new Map([...value].map(([key, item]) => [key, withLinks(item)]))
}

/** The CIDs in a value, in the order in which they stand in it. */
export function* linksIn(value: Value): Generator<CID> {
  const cid = CID.asCID(value)
  if (cid !== null) yield cid
  else if (Array.isArray(value)) for (const item of value) yield* linksIn(item)
  else if (value instanceof Map) for (const item of value.values()) yield* linksIn(item)
}
