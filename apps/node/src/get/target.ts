import { parseRoot } from '@sluice/retrieval'
import { NodeError } from '../errors.ts'

/** What is to be downloaded and where. */
export interface Target {
  readonly url: string
  /** The provider's address, such as `http://host:port`. */
  readonly provider: string
  readonly root: ReturnType<typeof parseRoot>
}

/**
 * Reads an address that ends in /ipfs/ and a CID.
 *
 * @throws NodeError CONTENT_UNVERIFIABLE, RetrievalError CID_INVALID, CID_UNSUPPORTED
 */
export function parseTarget(text: string): Target {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const cid = url === undefined ? undefined : /^\/ipfs\/([^/]+)\/?$/.exec(url.pathname)?.[1]
  if (url === undefined || cid === undefined || !/^https?:$/.test(url.protocol)) {
    throw new NodeError('CONTENT_UNVERIFIABLE', { url: text })
  }
  return { url: text, provider: url.origin, root: parseRoot(cid) }
}
