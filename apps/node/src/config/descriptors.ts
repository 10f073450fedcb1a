import type { ConnectionLimits } from '@sluice/adapters/net'

/** Where the system does not say how many descriptors a process may have. */
const UNKNOWN = 1_024
/** More is of no use to one process. */
const MOST = 65_536
/** Never given to listeners: the store, the chain's endpoints, peers that are dialled, files, the log. */
const RESERVED = 64

let known: number | undefined

/** How many files and connections this process may have open at a time. */
export function descriptorLimit(): number {
  known ??= readLimit()
  return known
}

function readLimit(): number {
  // Else the report looks up the names of all that is connected, and waits for them.
  Object.assign(process.report, { excludeNetwork: true })
  const { userLimits } = process.report.getReport() as {
    readonly userLimits?: { readonly open_files?: { readonly soft?: number | string } }
  }
  const soft = userLimits?.open_files?.soft
  return typeof soft === 'number' ? Math.min(soft, MOST) : soft === 'unlimited' ? MOST : UNKNOWN
}

/** What a listener is for. */
export type Purpose = 'peers' | 'content' | 'rpc' | 'metrics'

/** Parts of what listeners may take together, in hundredths: half of all descriptors stay for everything else. */
const SHARES: Readonly<Record<Purpose, number>> = { peers: 20, content: 20, rpc: 7, metrics: 3 }

/** Most connections that a listener takes, so that no flood at one of them takes what the others and the chain need. */
export function connectionsFor(purpose: Purpose, limit = descriptorLimit()): number {
  return Math.max(4, Math.floor(((limit - RESERVED) * SHARES[purpose]) / 100))
}

/** The limits of a listener for HTTP. `silentMs`: how long a connection may carry nothing while an answer is under way. */
export function httpLimits(purpose: Exclude<Purpose, 'peers'>, silentMs: number): ConnectionLimits {
  const connections = connectionsFor(purpose)
  const isOpen = purpose === 'content'
  return {
    connections,
    perAddress: isOpen ? Math.max(2, Math.floor(connections / 8)) : connections,
    requestsPerAddress: isOpen ? Math.max(2, Math.floor(connections / 8)) : connections,
    // A caller of the JSON-RPC may think for an hour between two calls.
    requestMs: purpose === 'rpc' ? 3_600_000 : 15_000,
    silentMs,
  }
}
