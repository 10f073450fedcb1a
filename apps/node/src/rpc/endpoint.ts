import { chmodSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RpcEndpoint } from './client.ts'

function fileOf(dataFolder: string): string {
  return join(dataFolder, 'rpc.json')
}

/** Writes down where the node of a data folder answers, readable by this user alone. */
export function writeEndpoint(dataFolder: string, endpoint: RpcEndpoint): void {
  const file = fileOf(dataFolder)
  const part = `${file}.${process.pid}`
  writeFileSync(part, `${JSON.stringify(endpoint)}\n`, { mode: 0o600 })
  chmodSync(part, 0o600)
  renameSync(part, file)
}

/** Where the node of a data folder answers, or answered when it last ran. */
export function readEndpoint(dataFolder: string): RpcEndpoint | undefined {
  try {
    const { url, token, pid } = JSON.parse(readFileSync(fileOf(dataFolder), 'utf8'))
    if (typeof url === 'string' && typeof token === 'string' && typeof pid === 'number') return { url, token, pid }
  } catch {
    // No file, or one cut short by a crash: no node answers there.
  }
  return undefined
}

/** Removes the file, unless another process has replaced it meanwhile. */
export function removeEndpoint(dataFolder: string, token: string): void {
  if (readEndpoint(dataFolder)?.token === token) rmSync(fileOf(dataFolder), { force: true })
}
