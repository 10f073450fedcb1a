import { NodeError, problemOf } from '../errors.ts'

/** The typed error for a listener that did not come up. */
export function listenError(thrown: unknown, address: string, purpose: string): NodeError {
  const taken = thrown instanceof Error && 'code' in thrown && thrown.code === 'EADDRINUSE'
  if (taken) return new NodeError('PORT_TAKEN', { address, purpose }, thrown)
  return new NodeError('LISTEN_FAILED', { address, purpose, problem: problemOf(thrown) }, thrown)
}

/** A host as it stands in a URL. */
export function hostText(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}
