import {
  createCipheriv,
  createDecipheriv,
  pbkdf2,
  randomBytes,
  randomUUID,
  type ScryptOptions,
  scrypt,
  timingSafeEqual,
} from 'node:crypto'
import { promisify } from 'node:util'
import { scryptAsync } from '@noble/hashes/scrypt.js'
import { keccak_256 } from '@noble/hashes/sha3.js'

const derivePbkdf2 = promisify(pbkdf2)

const CIPHER = 'aes-128-ctr'
/** What the key derivation of a file may ask for at most: a file from elsewhere must not stop the program. */
const MAX_MEMORY_BYTES = 1024 * 1024 * 1024
const MAX_ROUNDS = 10_000_000

interface ScryptParameters {
  readonly n: number
  readonly r: number
  readonly p: number
  readonly dklen: number
  readonly salt: string
}

interface Pbkdf2Parameters {
  readonly c: number
  readonly prf: 'hmac-sha256'
  readonly dklen: number
  readonly salt: string
}

/** The part of a keystore file that holds the key. Bytes are hexadecimal without prefix. */
interface EncryptedKey {
  readonly cipher: typeof CIPHER
  readonly cipherparams: { readonly iv: string }
  readonly ciphertext: string
  readonly mac: string
  readonly kdf: 'scrypt' | 'pbkdf2'
  readonly kdfparams: ScryptParameters | Pbkdf2Parameters
}

/** Ethereum's keystore, version 3, as its tools read and write it. */
export interface Keystore {
  readonly version: 3
  readonly id: string
  /** Without prefix, as is the custom; in clear so that a file can be recognised. */
  readonly address?: string
  readonly crypto: EncryptedKey
}

/** How long somebody with the file needs to try a password: some seconds' half, or far less for tests. */
export type KeystoreWork = 'standard' | 'light'

const WORK = {
  standard: { n: 262_144, r: 8, p: 1 },
  light: { n: 4_096, r: 8, p: 1 },
} as const

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const bytes = (text: string): Buffer => Buffer.from(text, 'hex')
const text = (password: string): string => password.normalize('NFKC')

function deriveScrypt(password: string, { n, r, p, dklen, salt }: ScryptParameters): Promise<Buffer> {
  // OpenSSL refuses parameters that some old tools wrote.
  if (n >= 2 ** (16 * r)) {
    const derived = scryptAsync(text(password), bytes(salt), { N: n, r, p, dkLen: dklen, maxmem: MAX_MEMORY_BYTES })
    return derived.then((key) => Buffer.from(key))
  }
  const options: ScryptOptions = { N: n, r, p, maxmem: MAX_MEMORY_BYTES }
  return new Promise((resolve, reject) => {
    scrypt(text(password), bytes(salt), dklen, options, (error, key) => (error ? reject(error) : resolve(key)))
  })
}

function derive(password: string, { kdfparams }: EncryptedKey): Promise<Buffer> {
  if ('n' in kdfparams) return deriveScrypt(password, kdfparams)
  return derivePbkdf2(text(password), bytes(kdfparams.salt), kdfparams.c, kdfparams.dklen, 'sha256')
}

function macOf(derived: Buffer, ciphertext: Uint8Array): Uint8Array {
  return keccak_256(Buffer.concat([derived.subarray(16, 32), ciphertext]))
}

/** Encrypts a private key of 32 bytes under a password. `address`: of the key, with 0x. */
export async function encryptKey(
  privateKey: Uint8Array,
  address: string,
  password: string,
  work: KeystoreWork = 'standard',
): Promise<Keystore> {
  const kdfparams: ScryptParameters = { ...WORK[work], dklen: 32, salt: hex(randomBytes(32)) }
  const derived = await deriveScrypt(password, kdfparams)
  const iv = randomBytes(16)
  const cipher = createCipheriv(CIPHER, derived.subarray(0, 16), iv)
  const ciphertext = Buffer.concat([cipher.update(privateKey), cipher.final()])
  const crypto: EncryptedKey = {
    cipher: CIPHER,
    cipherparams: { iv: hex(iv) },
    ciphertext: hex(ciphertext),
    mac: hex(macOf(derived, ciphertext)),
    kdf: 'scrypt',
    kdfparams,
  }
  return { version: 3, id: randomUUID(), address: address.replace(/^0x/, ''), crypto }
}

/** The private key, or undefined if the password is wrong. */
export async function decryptKey({ crypto }: Keystore, password: string): Promise<Uint8Array | undefined> {
  const derived = await derive(password, crypto)
  const ciphertext = bytes(crypto.ciphertext)
  if (!timingSafeEqual(macOf(derived, ciphertext), bytes(crypto.mac))) return undefined
  const decipher = createDecipheriv(CIPHER, derived.subarray(0, 16), bytes(crypto.cipherparams.iv))
  return new Uint8Array(Buffer.concat([decipher.update(ciphertext), decipher.final()]))
}

type Fields = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null
const isHexOf = (length: number, value: unknown): boolean =>
  typeof value === 'string' && value.length === 2 * length && /^[0-9a-f]*$/i.test(value)
const isSalt = (value: unknown): boolean =>
  typeof value === 'string' && value.length <= 512 && /^(?:[0-9a-f]{2})*$/i.test(value)
const isCount = (value: unknown, max: number): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= max

function derivationProblem(kdf: unknown, parameters: unknown): string | undefined {
  if (!isObject(parameters) || parameters.dklen !== 32 || !isSalt(parameters.salt)) return 'kdfparams'
  if (kdf === 'pbkdf2') {
    return isCount(parameters.c, MAX_ROUNDS) && parameters.prf === 'hmac-sha256' ? undefined : 'kdfparams'
  }
  const { n, r, p } = parameters
  if (kdf !== 'scrypt') return 'kdf'
  if (!isCount(n, 2 ** 24) || !isCount(r, 64) || !isCount(p, 64) || (n & (n - 1)) !== 0) return 'kdfparams'
  return 128 * n * r < MAX_MEMORY_BYTES ? undefined : 'kdfparams, which ask for too much memory'
}

function cryptoProblem(crypto: Fields): string | undefined {
  if (crypto.cipher !== CIPHER) return 'cipher'
  if (!isObject(crypto.cipherparams) || !isHexOf(16, crypto.cipherparams.iv)) return 'cipherparams'
  if (!isHexOf(32, crypto.ciphertext)) return 'ciphertext'
  if (!isHexOf(32, crypto.mac)) return 'mac'
  return derivationProblem(crypto.kdf, crypto.kdfparams)
}

/** A file's content in the one form: some tools write `Crypto` for `crypto`. */
export function normalizeKeystore(value: unknown): unknown {
  return isObject(value) && value.crypto === undefined ? { ...value, crypto: value.Crypto } : value
}

/** Which field of a file is not as it should be; undefined if it is a keystore. */
export function keystoreProblem(value: unknown): string | undefined {
  if (!isObject(value)) return 'it is no JSON object'
  if (value.version !== 3) return 'version'
  if (value.address !== undefined && typeof value.address !== 'string') return 'address'
  return isObject(value.crypto) ? cryptoProblem(value.crypto) : 'crypto'
}

/** Whether it is a keystore; {@link keystoreProblem} says why not. */
export function isKeystore(value: unknown): value is Keystore {
  return keystoreProblem(value) === undefined
}
