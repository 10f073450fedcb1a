import { randomBytes } from 'node:crypto'
import { hexToBytes } from '@sluice/protocol'
import { KeyError } from './errors.ts'

const ORDER = BigInt('0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141')

function isPrivateKey(key: Uint8Array): boolean {
  const value = BigInt(`0x${Buffer.from(key).toString('hex')}`)
  return key.length === 32 && value > 0n && value < ORDER
}

/** A fresh private key of 32 bytes. */
export function generatePrivateKey(): Uint8Array {
  const key = new Uint8Array(randomBytes(32))
  return isPrivateKey(key) ? key : generatePrivateKey()
}

/** The private key that 64 hexadecimal digits stand for, with or without 0x, in any case; undefined if they stand for none. */
export function parsePrivateKey(text: string): Uint8Array | undefined {
  const digits = text.trim().replace(/^0x/i, '').toLowerCase()
  if (!/^[0-9a-f]{64}$/.test(digits)) return undefined
  const key = hexToBytes(`0x${digits}`)
  return isPrivateKey(key) ? key : undefined
}

/**
 * The private key in an environment variable. The variable is not shown to child processes by this: whoever sets it decides.
 *
 * @throws KeyError `KEY_VARIABLE_MISSING`, `KEY_VARIABLE_INVALID`; the text itself is in neither.
 */
export function readKeyVariable(name: string, environment: NodeJS.ProcessEnv = process.env): Uint8Array {
  const text = environment[name]
  if (text === undefined || text === '') throw new KeyError('KEY_VARIABLE_MISSING', { name })
  const key = parsePrivateKey(text)
  if (key === undefined) throw new KeyError('KEY_VARIABLE_INVALID', { name })
  return key
}
