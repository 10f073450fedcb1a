import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Environment } from '../cli/command.ts'
import { NodeError, problemOf } from '../errors.ts'

/** What of a command's values says where the key is. */
export interface KeyValues {
  readonly data: string
  readonly passwordFile: string | undefined
}

/** The environment variable that holds a key in clear; it wins over the file. */
export const KEY_VARIABLE = 'SLUICE_KEY'

/** The key file of a data folder. */
export function keyFileOf({ data }: Pick<KeyValues, 'data'>): string {
  return join(data, 'key.json')
}

/**
 * The private key of a node, 32 bytes: from the environment, else from the data folder's encrypted file.
 *
 * @throws NodeError KEY_MISSING, PASSWORD_MISSING, FILE_UNREADABLE; KeyError
 */
export async function loadKey(values: KeyValues, environment: Environment): Promise<Uint8Array> {
  const { readKeyFile, readKeyVariable } = await import('@sluice/adapters/keys')
  if (isGiven(environment[KEY_VARIABLE])) return readKeyVariable(KEY_VARIABLE, environment)
  const file = keyFileOf(values)
  if (!existsSync(file)) throw new NodeError('KEY_MISSING', { path: file })
  return readKeyFile(file, readPassword(values, environment))
}

/**
 * The password of the key file: from a file, else from the environment.
 *
 * @throws NodeError PASSWORD_MISSING, FILE_UNREADABLE
 */
export function readPassword(values: KeyValues, environment: Environment): string {
  const { passwordFile } = values
  if (passwordFile === undefined) {
    const { SLUICE_PASSWORD } = environment
    if (isGiven(SLUICE_PASSWORD)) return SLUICE_PASSWORD
    throw new NodeError('PASSWORD_MISSING', { path: keyFileOf(values) })
  }
  try {
    return readFileSync(passwordFile, 'utf8').replace(/\r?\n$/, '')
  } catch (thrown) {
    throw new NodeError('FILE_UNREADABLE', { path: passwordFile, problem: problemOf(thrown) }, thrown)
  }
}

function isGiven(text: string | undefined): text is string {
  return text !== undefined && text !== ''
}
