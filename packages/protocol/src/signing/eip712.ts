import { asciiToBytes, bytesToHex, concatBytes, writeHex, writeUint } from '../primitives/bytes.ts'
import type { Keccak256 } from '../primitives/crypto.ts'
import type { Address, Hex } from '../primitives/hex.ts'

/** The deployment that everything signed is bound to. */
export interface Domain {
  /** uint256. */
  readonly chainId: bigint
  /** The Sluice contract. */
  readonly contract: Address
}

/** A static member of a struct: writes itself into 32 zero bytes of `target` at `offset`. */
export type Word = (target: Uint8Array, offset: number) => void

const WORD = 32
const DOMAIN_TYPE = 'EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)'

/** An unsigned integer of `size` bytes. */
export function uintWord(name: string, value: bigint | number, size: number): Word {
  return (target, offset) => writeUint(target, offset + WORD - size, value, size, name)
}

export function addressWord(name: string, value: Address): Word {
  return (target, offset) => writeHex(target, offset + 12, value, 20, name)
}

export function bytes32Word(name: string, value: Hex): Word {
  return (target, offset) => writeHex(target, offset, value, WORD, name)
}

/** 32 bytes that were just hashed. */
export function hashWord(hash: Uint8Array): Word {
  return (target, offset) => target.set(hash, offset)
}

/** The words one after the other, 32 bytes each: `abi.encode` of static values. */
export function encodeWords(words: readonly Word[]): Uint8Array {
  const bytes = new Uint8Array(WORD * words.length)
  words.forEach((word, i) => {
    word(bytes, WORD * i)
  })
  return bytes
}

/** The hash of a struct: keccak256(typeHash ++ words). */
export function hashStruct(keccak256: Keccak256, typeHash: Uint8Array, words: readonly Word[]): Uint8Array {
  return keccak256(encodeWords([hashWord(typeHash), ...words]))
}

/** The hash of a type's string. */
export function hashType(keccak256: Keccak256, type: string): Uint8Array {
  return keccak256(asciiToBytes(type))
}

/** The separator of the domain {name "Sluice", version "1", chainId, verifyingContract}. */
export function hashDomain(keccak256: Keccak256, domain: Domain): Uint8Array {
  return hashStruct(keccak256, hashType(keccak256, DOMAIN_TYPE), [
    hashWord(keccak256(asciiToBytes('Sluice'))),
    hashWord(keccak256(asciiToBytes('1'))),
    uintWord('chainId', domain.chainId, WORD),
    addressWord('contract', domain.contract),
  ])
}

/** What is signed: keccak256(0x19 ++ 0x01 ++ domain separator ++ struct hash). */
export function hashTypedData(keccak256: Keccak256, separator: Uint8Array, structHash: Uint8Array): Hex {
  return bytesToHex(keccak256(concatBytes(Uint8Array.of(0x19, 0x01), separator, structHash)))
}
