import { constants } from 'node:fs'
import { link, open, readFile, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { KeyError } from './errors.ts'
import {
  decryptKey,
  encryptKey,
  isKeystore,
  type Keystore,
  type KeystoreWork,
  keystoreProblem,
  normalizeKeystore,
} from './keystore.ts'

/** No keystore is longer. */
const FILE_BYTES = 64 * 1024

const codeOf = (cause: unknown): unknown => Reflect.get(Object(cause), 'code')
const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') throw new KeyError('KEY_FILE_MISSING', { path }, cause)
    throw new KeyError('KEY_FILE_UNREADABLE', { path, reason: reasonOf(cause) }, cause)
  }
}

function parse(path: string, text: string): Keystore {
  let value: unknown
  try {
    value = text.length > FILE_BYTES ? undefined : normalizeKeystore(JSON.parse(text))
  } catch (cause) {
    throw new KeyError('KEY_FILE_INVALID', { path, reason: 'it is no JSON' }, cause)
  }
  if (isKeystore(value)) return value
  throw new KeyError('KEY_FILE_INVALID', { path, reason: keystoreProblem(value) })
}

/**
 * The private key in a keystore file, 32 bytes.
 *
 * @throws KeyError `KEY_FILE_MISSING`, `KEY_FILE_UNREADABLE`, `KEY_FILE_INVALID`, `KEY_PASSWORD_WRONG`.
 */
export async function readKeyFile(path: string, password: string): Promise<Uint8Array> {
  const key = await decryptKey(parse(path, await readText(path)), password)
  if (key === undefined) throw new KeyError('KEY_PASSWORD_WRONG', { path })
  return key
}

/**
 * The address that a keystore file holds in clear, with 0x; undefined if it holds none.
 *
 * @throws KeyError `KEY_FILE_MISSING`, `KEY_FILE_UNREADABLE`, `KEY_FILE_INVALID`.
 */
export async function readKeyFileAddress(path: string): Promise<string | undefined> {
  const { address } = parse(path, await readText(path))
  return address === undefined ? undefined : `0x${address.replace(/^0x/, '').toLowerCase()}`
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(dirname(path), constants.O_RDONLY)
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

export interface WriteKeyFileOptions {
  readonly path: string
  /** 32 bytes. */
  readonly privateKey: Uint8Array
  /** Of that key, with 0x. */
  readonly address: string
  readonly password: string
  readonly work?: KeystoreWork
}

/**
 * Writes a keystore file that only its owner can read: whole and durable or not at all, and never over another file.
 *
 * @throws KeyError `KEY_FILE_EXISTS`, `KEY_FILE_UNWRITABLE`.
 */
export async function writeKeyFile({ path, privateKey, address, password, work }: WriteKeyFileOptions): Promise<void> {
  const keystore = await encryptKey(privateKey, address, password, work)
  const part = `${path}.${keystore.id}.part`
  try {
    await writeDurably(part, `${JSON.stringify(keystore, undefined, 2)}\n`)
    // A link is refused where a rename would replace.
    await link(part, path)
    await syncFolder(path)
  } catch (cause) {
    if (codeOf(cause) === 'EEXIST') throw new KeyError('KEY_FILE_EXISTS', { path }, cause)
    throw new KeyError('KEY_FILE_UNWRITABLE', { path, reason: reasonOf(cause) }, cause)
  } finally {
    await rm(part, { force: true })
  }
}
