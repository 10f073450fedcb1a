import { randomBytes } from 'node:crypto'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { bytesToHex, type Hex, hexToBytes } from '@sluice/protocol'
import fc from 'fast-check'
import { recoverAddress, type Hex as ViemHex } from 'viem'
import { privateKeyToAccount, sign as viemSign } from 'viem/accounts'
import { beforeAll, describe, expect, it } from 'vitest'
import type { KeyedCrypto } from './keyed-crypto.ts'
import { createNobleCrypto } from './noble.ts'
import { createNodeCrypto } from './node.ts'
import { createWebCrypto } from './web.ts'

const ORDER = secp256k1.Point.Fn.ORDER
const key32 = fc.uint8Array({ minLength: 32, maxLength: 32 }).filter((key) => secp256k1.utils.isValidSecretKey(key))
const hash32 = fc.uint8Array({ minLength: 32, maxLength: 32 })

function nobleSign(digest: Uint8Array, key: Uint8Array): Hex {
  const signature = secp256k1.sign(digest, key, { prehash: false, format: 'recovered' })
  return bytesToHex(Uint8Array.from([...signature.subarray(1), 27 + (signature[0] ?? 0)]))
}

const word = (value: bigint): string => value.toString(16).padStart(64, '0')

/** The other signature that is as good on the curve: order - s, with the other point. */
function malleate(signature: Hex): Hex {
  const s = ORDER - BigInt(`0x${signature.slice(66, 130)}`)
  return `${signature.slice(0, 66) as Hex}${word(s)}${signature.endsWith('1b') ? '1c' : '1b'}`
}

describe.each([
  ['native', createNodeCrypto],
  ['wasm', createWebCrypto],
  ['plain', createNobleCrypto],
])('%s cryptography', (_name, create) => {
  let crypto: KeyedCrypto
  const digest = bytesToHex(randomBytes(32))
  let signature: Hex
  beforeAll(async () => {
    crypto = await create()
    signature = crypto.signer(randomBytes(32)).sign(digest)
  })

  it('hashes as noble does', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5000 }), (bytes) => {
        expect(crypto.keccak256(bytes)).toEqual(keccak_256(bytes))
      }),
    )
  })

  it('signs, addresses and recovers as noble does', () => {
    fc.assert(
      fc.property(key32, hash32, (key, hash) => {
        const signer = crypto.signer(key)
        const hex = bytesToHex(hash)
        expect(signer.sign(hex)).toBe(nobleSign(hash, key))
        expect(crypto.recover(hex, signer.sign(hex))).toBe(signer.address)
      }),
    )
  })

  it('signs, addresses and recovers as viem does', async () => {
    await fc.assert(
      fc.asyncProperty(key32, hash32, async (key, hash) => {
        const signer = crypto.signer(key)
        const hex = bytesToHex(hash)
        expect(signer.address).toBe(privateKeyToAccount(bytesToHex(key)).address.toLowerCase())
        expect(signer.sign(hex)).toBe(await viemSign({ hash: hex, privateKey: bytesToHex(key), to: 'hex' }))
        const theirs = await recoverAddress({ hash: hex, signature: signer.sign(hex) as ViemHex })
        expect(theirs.toLowerCase()).toBe(signer.address)
      }),
      { numRuns: 25 },
    )
  })

  it('agrees on a secret as noble does, with the owner of a key alone', () => {
    fc.assert(
      fc.property(key32, key32, (key, other) => {
        const [mine, theirs] = [crypto.signer(key), crypto.signer(other)]
        const point = secp256k1.getSharedSecret(key, secp256k1.getPublicKey(other), false)
        const secret = bytesToHex(keccak_256(point.subarray(1)))
        expect(mine.publicKey).toBe(bytesToHex(secp256k1.getPublicKey(key, false)))
        expect(mine.agree(theirs.publicKey, theirs.address)).toBe(secret)
        expect(theirs.agree(mine.publicKey, mine.address)).toBe(secret)
        expect(mine.agree(theirs.publicKey, `0x${'11'.repeat(20)}`)).toBeUndefined()
      }),
      { numRuns: 20 },
    )
  })

  it.each<[string, (good: Uint8Array) => Uint8Array]>([
    ['compressed', (good) => secp256k1.Point.fromBytes(good).toBytes(true)],
    ['off the curve', (good) => Uint8Array.from([...good.subarray(0, 64), (good[64] ?? 0) ^ 1])],
    ['zero', () => Uint8Array.from([4, ...new Uint8Array(64)])],
    ['a hybrid form', (good) => Uint8Array.from([6 + ((good[64] ?? 0) & 1), ...good.subarray(1)])],
    ['empty', () => new Uint8Array(0)],
  ])('agrees on nothing with a public key that is %s', (_case, change) => {
    const bytes = change(secp256k1.getPublicKey(randomBytes(32), false))
    const owner = bytesToHex(keccak_256(bytes.subarray(1)).subarray(12))
    expect(crypto.signer(randomBytes(32)).agree(bytesToHex(bytes), owner)).toBeUndefined()
  })

  it('keeps its own copy of the key', () => {
    const key = Uint8Array.from(randomBytes(32))
    const signer = crypto.signer(key)
    key.fill(1)
    expect(crypto.recover(digest, signer.sign(digest))).toBe(signer.address)
  })

  it.each([
    ['zero', new Uint8Array(32)],
    ['the order', hexToBytes(`0x${word(ORDER)}`)],
    ['too short', randomBytes(31)],
    ['too long', randomBytes(33)],
  ])('refuses a private key that is %s', (_case, key) => {
    expect(() => crypto.signer(key)).toThrow(expect.objectContaining({ code: 'CRYPTO_KEY_INVALID' }))
  })

  it('recovers nobody from the malleable twin of a good signature', () => {
    expect(crypto.recover(digest, malleate(malleate(signature)))).toBeDefined()
    expect(crypto.recover(digest, malleate(signature))).toBeUndefined()
  })

  it.each<[string, (good: Hex) => string]>([
    ['empty', () => '0x'],
    ['64 bytes', (good) => good.slice(0, -2)],
    ['66 bytes', (good) => `${good}00`],
    ['uppercase', (good) => `0x${good.slice(2).toUpperCase()}`],
    ['not hexadecimal', (good) => `0xzz${good.slice(4)}`],
    ['without prefix', (good) => `00${good.slice(2)}`],
    ['v 0', (good) => `${good.slice(0, -2)}00`],
    ['v 29', (good) => `${good.slice(0, -2)}1d`],
    ['r zero', (good) => `0x${word(0n)}${good.slice(66)}`],
    ['r the order', (good) => `0x${word(ORDER)}${good.slice(66)}`],
    ['r on no point', (good) => `0x${word(5n)}${good.slice(66)}`],
    ['s zero', (good) => `${good.slice(0, 66)}${word(0n)}1b`],
    ['s just above half the order', (good) => `${good.slice(0, 66)}${word(ORDER / 2n + 1n)}1b`],
  ])('recovers nobody from a signature: %s', (_case, change) => {
    expect(crypto.recover(digest, change(signature) as Hex)).toBeUndefined()
  })

  it('recovers nobody, or somebody else, from random bytes, and never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), hash32, (bytes, hash) => {
        const address = crypto.recover(bytesToHex(hash), bytesToHex(bytes))
        expect(address === undefined || /^0x[0-9a-f]{40}$/.test(address)).toBe(true)
      }),
    )
  })

  it('recovers nobody from a digest that is none', () => {
    expect(crypto.recover('0x12', signature)).toBeUndefined()
  })
})
