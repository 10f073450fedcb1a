import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Address } from '@sluice/protocol'

/** Where peers were last reached; kept in the data folder so that their fees can be asked for again. */
export interface PeerUrls {
  readonly get: (peer: Address) => string | undefined
  readonly note: (peer: Address, url: string) => void
}

/** The peers' addresses of a data folder. What is lost or broken here is only learnt again. */
export function openPeerUrls(dataFolder: string): PeerUrls {
  const file = join(dataFolder, 'peers.json')
  const urls = new Map<string, string>(Object.entries(read(file)))
  return {
    get: (peer) => urls.get(peer),
    note: (peer, url) => {
      if (urls.get(peer) === url) return
      urls.set(peer, url)
      const part = `${file}.${process.pid}`
      writeFileSync(part, JSON.stringify(Object.fromEntries(urls)), { mode: 0o600 })
      renameSync(part, file)
    },
  }
}

function read(file: string): Record<string, string> {
  try {
    const kept: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (typeof kept !== 'object' || kept === null) return {}
    return Object.fromEntries(Object.entries(kept).filter(([, url]) => typeof url === 'string'))
  } catch {
    return {}
  }
}
