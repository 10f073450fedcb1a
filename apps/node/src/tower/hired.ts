import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Address } from '@sluice/protocol'
import { NodeError, problemOf } from '../errors.ts'
import { address, list, object, text } from '../rpc/schema.ts'

/** A tower that a node hired. */
export interface HiredTower {
  readonly url: string
  readonly signer: Address
}

const hired = list(object({ url: text, signer: address }), 100)
const fileOf = (dataFolder: string): string => join(dataFolder, 'towers.json')

/**
 * The towers of a data folder.
 *
 * @throws NodeError FILE_UNREADABLE for a file that is damaged: without it nobody would be asked
 */
export function readHired(dataFolder: string): readonly HiredTower[] {
  const path = fileOf(dataFolder)
  try {
    return hired.decode(JSON.parse(readFileSync(path, 'utf8')), 'the file')
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return []
    throw new NodeError('FILE_UNREADABLE', { path, problem: problemOf(thrown) }, thrown)
  }
}

/** Keeps the towers of a data folder. */
export function writeHired(dataFolder: string, towers: readonly HiredTower[]): void {
  const path = fileOf(dataFolder)
  const part = `${path}.${process.pid}`
  writeFileSync(part, `${JSON.stringify(towers, undefined, 2)}\n`, { mode: 0o600, flush: true })
  renameSync(part, path)
}
