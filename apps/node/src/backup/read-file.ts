import { readFileSync } from 'node:fs'
import { createNodeCrypto } from '@sluice/adapters/crypto-node'
import { type Backup, readBackup } from '@sluice/engine'
import type { Crypto } from '@sluice/protocol'
import { NodeError, problemOf } from '../errors.ts'

/**
 * A backup in a file.
 *
 * @throws NodeError FILE_UNREADABLE; EngineError BACKUP_UNREADABLE
 */
export async function readBackupFile(path: string): Promise<{ readonly backup: Backup; readonly crypto: Crypto }> {
  const crypto = await createNodeCrypto()
  return { backup: readBackup(readBytes(path), crypto), crypto }
}

function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path)
  } catch (thrown) {
    throw new NodeError('FILE_UNREADABLE', { path, problem: problemOf(thrown) }, thrown)
  }
}
