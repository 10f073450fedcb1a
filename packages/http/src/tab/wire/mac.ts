import { type Address, bytesToHex, concatBytes, type Hex, hexToBytes, type Id, type Keccak256 } from '@sluice/protocol'

/** What both sides of a tab need of their keys. */
export interface TabKeys {
  /** Of this side's signer: 65 bytes, uncompressed. */
  readonly publicKey: Hex
  readonly keccak256: Keccak256
  /** The secret shared with the owner of a public key, 32 bytes; undefined for a key that is not the owner's. */
  agree(publicKey: Hex, owner: Address): Hex | undefined
}

/** The key that authenticates what is said on one tab, both ways. */
export interface TabKey {
  /** The seal of some lines of text, none of which holds a line break: 32 bytes. */
  mac(lines: readonly string[]): Hex
  /** Of a request's body. */
  digest(bytes: Uint8Array): Hex
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)

/** The key of V between this side and the owner of a public key; undefined if the key is not the owner's. */
export function tabKey(keys: TabKeys, publicKey: Hex, owner: Address, virtualId: Id): TabKey | undefined {
  const secret = keys.agree(publicKey, owner)
  if (secret === undefined) return undefined
  const { keccak256 } = keys
  const key = keccak256(concatBytes(encode('sluice tab 1 key'), hexToBytes(secret), hexToBytes(virtualId)))
  return {
    mac: (lines) => bytesToHex(keccak256(concatBytes(key, encode(lines.join('\n'))))),
    digest: (bytes) => bytesToHex(keccak256(bytes)),
  }
}

/** Whether two seals are the same, in a time that does not tell where they differ. */
export function isSameMac(a: Hex, b: Hex): boolean {
  if (a.length !== b.length) return false
  let difference = 0
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i)
  return difference === 0
}
