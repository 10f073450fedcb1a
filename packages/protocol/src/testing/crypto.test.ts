import fc from 'fast-check'
import { privateKeyToAccount, sign } from 'viem/accounts'
import { describe, expect, it } from 'vitest'
import type { Hex } from '../primitives/hex.ts'
import { anyHash } from './arbitraries.ts'
import { signerFromKey, testCrypto } from './crypto.ts'
import { developmentKeys } from './keys.ts'

const N = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
const [key] = developmentKeys
const word = (value: bigint) => value.toString(16).padStart(64, '0')

describe('the cryptography of tests', () => {
  it('signs as viem does, and recovers who signed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...developmentKeys), anyHash, async (one, digest) => {
        const signer = signerFromKey(one)
        expect(signer.address).toBe(privateKeyToAccount(one).address.toLowerCase())
        expect(signer.sign(digest)).toBe(await sign({ hash: digest, privateKey: one, to: 'hex' }))
        expect(testCrypto.recover(digest, signer.sign(digest))).toBe(signer.address)
      }),
      { numRuns: 25 },
    )
  })

  it('recovers nobody from a high s, another v or a malformed signature', () => {
    const digest: Hex = `0x${'77'.repeat(32)}`
    const signature = signerFromKey(key).sign(digest)
    const [r, s, v] = [signature.slice(2, 66), BigInt(`0x${signature.slice(66, 130)}`), signature.slice(130)]
    const flipped = v === '1b' ? '1c' : '1b'
    expect(testCrypto.recover(digest, `0x${r}${word(N - s)}${flipped}`)).toBeUndefined()
    expect(testCrypto.recover(digest, `0x${r}${word(s)}${v === '1b' ? '00' : '01'}`)).toBeUndefined()
    expect(testCrypto.recover(digest, `0x${r}${word(0n)}${v}`)).toBeUndefined()
    expect(testCrypto.recover(digest, `0x${word(N)}${word(s)}${v}`)).toBeUndefined()
    expect(testCrypto.recover(digest, signature.slice(0, -2) as Hex)).toBeUndefined()
    expect(testCrypto.recover(digest, signature.toUpperCase() as Hex)).toBeUndefined()
  })
})
