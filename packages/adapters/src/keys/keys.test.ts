import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bytesToHex } from '@sluice/protocol'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  generatePrivateKey,
  parsePrivateKey,
  readKeyFile,
  readKeyFileAddress,
  readKeyVariable,
  writeKeyFile,
} from './index.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-keys-'))
  path = join(folder, 'key.json')
})
afterEach(() => rmSync(folder, { recursive: true }))

const code = (name: string): unknown => expect.objectContaining({ code: name })
const address = `0x${'ab'.repeat(20)}`

// The two examples of the Web3 Secret Storage definition, version 3.
const published = {
  scrypt: {
    crypto: {
      cipher: 'aes-128-ctr',
      cipherparams: { iv: '83dbcc02d8ccb40e466191a123791e0e' },
      ciphertext: 'd172bf743a674da9cdad04534d56926ef8358534d458fffccd4e6ad2fbde479c',
      kdf: 'scrypt',
      kdfparams: {
        dklen: 32,
        n: 262144,
        r: 1,
        p: 8,
        salt: 'ab0c7876052600dd703518d6fc3fe8984592145b591fc8fb5c6d43190334ba19',
      },
      mac: '2103ac29920d71da29f15d75b4a16dbe95cfd7ff8faea1056c33131d846e3097',
    },
    id: '3198bc9c-6672-5ab3-d995-4942343ae5b6',
    version: 3,
  },
  pbkdf2: {
    crypto: {
      cipher: 'aes-128-ctr',
      cipherparams: { iv: '6087dab2f9fdbbfaddc31a909735c1e6' },
      ciphertext: '5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46',
      kdf: 'pbkdf2',
      kdfparams: {
        c: 262144,
        dklen: 32,
        prf: 'hmac-sha256',
        salt: 'ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd',
      },
      mac: '517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2',
    },
    id: '3198bc9c-6672-5ab3-d995-4942343ae5b6',
    version: 3,
  },
}

const light = { address, password: 'correct horse', work: 'light' } as const

describe('a key file', () => {
  it.each(Object.entries(published))('of another tool is read: %s', async (_kdf, keystore) => {
    writeFileSync(path, JSON.stringify(keystore))
    const key = await readKeyFile(path, 'testpassword')
    expect(bytesToHex(key)).toBe('0x7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d')
  })

  it('is not opened by another password', async () => {
    await writeKeyFile({ ...light, path, privateKey: generatePrivateKey() })
    await expect(readKeyFile(path, 'correct horsE')).rejects.toThrow(code('KEY_PASSWORD_WRONG'))
  })

  it('gives back the key that was written, whatever the password', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme' }), async (password) => {
        const privateKey = generatePrivateKey()
        await writeKeyFile({ ...light, path, privateKey, password })
        expect(await readKeyFile(path, password)).toEqual(privateKey)
        expect(await readKeyFileAddress(path)).toBe(address)
        rmSync(path)
      }),
      { numRuns: 20 },
    )
  })

  it('takes a password typed in another form of the same letters', async () => {
    const privateKey = generatePrivateKey()
    await writeKeyFile({ ...light, path, privateKey, password: 'caf\u00e9' })
    expect(await readKeyFile(path, 'cafe\u0301')).toEqual(privateKey)
  })

  it('can be read by its owner only, holds no key in clear, and leaves nothing beside it', async () => {
    const privateKey = generatePrivateKey()
    await writeKeyFile({ ...light, path, privateKey })
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(readFileSync(path, 'utf8')).not.toContain(bytesToHex(privateKey).slice(2))
    expect(readdirSync(folder)).toEqual(['key.json'])
  })

  it('never takes the place of another file', async () => {
    writeFileSync(path, 'precious')
    const written = writeKeyFile({ ...light, path, privateKey: generatePrivateKey() })
    await expect(written).rejects.toThrow(code('KEY_FILE_EXISTS'))
    expect(readFileSync(path, 'utf8')).toBe('precious')
    expect(readdirSync(folder)).toEqual(['key.json'])
  })

  it('says that its folder is missing', async () => {
    const nowhere = join(folder, 'no', 'key.json')
    const written = writeKeyFile({ ...light, path: nowhere, privateKey: generatePrivateKey() })
    await expect(written).rejects.toThrow(code('KEY_FILE_UNWRITABLE'))
    await expect(readKeyFile(nowhere, '')).rejects.toThrow(code('KEY_FILE_MISSING'))
  })

  it.each<[string, unknown]>([
    ['an array', []],
    ['no version', { ...published.scrypt, version: undefined }],
    ['another version', { ...published.scrypt, version: 4 }],
    ['no crypto', { version: 3 }],
    ['another cipher', { version: 3, crypto: { ...published.scrypt.crypto, cipher: 'rot13' } }],
    ['a short mac', { version: 3, crypto: { ...published.scrypt.crypto, mac: 'ab' } }],
    ['a mac that is no text', { version: 3, crypto: { ...published.scrypt.crypto, mac: 7 } }],
    ['a long ciphertext', { version: 3, crypto: { ...published.scrypt.crypto, ciphertext: 'ab'.repeat(33) } }],
    ['another derivation', { version: 3, crypto: { ...published.scrypt.crypto, kdf: 'argon2' } }],
    [
      'a hunger for memory',
      {
        version: 3,
        crypto: { ...published.scrypt.crypto, kdfparams: { n: 2 ** 24, r: 64, p: 1, dklen: 32, salt: '' } },
      },
    ],
    [
      'endless rounds',
      {
        version: 3,
        crypto: { ...published.pbkdf2.crypto, kdfparams: { c: 1e12, prf: 'hmac-sha256', dklen: 32, salt: '' } },
      },
    ],
    [
      'a derivation by no power of two',
      { version: 3, crypto: { ...published.scrypt.crypto, kdfparams: { n: 1000, r: 1, p: 1, dklen: 32, salt: '' } } },
    ],
  ])('is refused with %s', async (_case, value) => {
    writeFileSync(path, JSON.stringify(value))
    await expect(readKeyFile(path, 'testpassword')).rejects.toThrow(code('KEY_FILE_INVALID'))
  })

  it('is refused when it is no JSON', async () => {
    writeFileSync(path, '{"version": 3')
    await expect(readKeyFile(path, '')).rejects.toThrow(code('KEY_FILE_INVALID'))
  })
})

describe('a key in the environment', () => {
  const digits = '7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d'

  it.each([digits, `0x${digits}`, `0X${digits.toUpperCase()}`, ` ${digits}\n`])('is taken: %j', (text) => {
    expect(bytesToHex(readKeyVariable('KEY', { KEY: text }))).toBe(`0x${digits}`)
  })

  it.each(['0', 'f'])('is refused when it is no key of the curve: 64 times %s', (digit) => {
    expect(parsePrivateKey(digit.repeat(64))).toBeUndefined()
  })

  it('is refused without showing it', () => {
    const secret = `${digits}0`
    try {
      readKeyVariable('KEY', { KEY: secret })
      expect.unreachable()
    } catch (error) {
      expect(error).toEqual(code('KEY_VARIABLE_INVALID'))
      expect(`${(error as Error).stack}${JSON.stringify(error)}`).not.toContain(digits)
    }
  })

  it.each([undefined, ''])('is missed when it is %j', (text) => {
    expect(() => readKeyVariable('KEY', { KEY: text })).toThrow(code('KEY_VARIABLE_MISSING'))
  })
})
