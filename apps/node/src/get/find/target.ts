import { carUrl, type DagQuery, parseCid, parseEntityBytes, parseIpnsName, parseRoot } from '@sluice/retrieval'
import { NodeError } from '../../errors.ts'

/** What is to be downloaded, and from where. */
export interface Target {
  /** At the first provider. */
  readonly url: string
  /** The address of the first provider, such as `http://host:port`. */
  readonly provider: string
  /** All of them, in the order in which they were named. */
  readonly providers: readonly string[]
  readonly root: ReturnType<typeof parseRoot>
  readonly query: DagQuery
}

/** An IPNS name that stands for a target. */
export interface NamedTarget {
  readonly name: string
  readonly providers: readonly string[]
  readonly query: DagQuery
}

/** What more of a command says which part, and from where. */
export interface TargetOptions {
  /** Addresses of providers. */
  readonly from?: readonly string[]
  /** Bytes of a file, `from:to`, as `entity-bytes` has it. */
  readonly range?: string | undefined
}

/** Space, CID or name, path, and where. */
interface Address {
  readonly space: 'ipfs' | 'ipns'
  readonly name: string
  readonly path: readonly string[]
  readonly origin: string | undefined
  readonly params: URLSearchParams
}

/**
 * Reads what is to be downloaded: the address of a gateway with /ipfs/ or /ipns/ in its path, or a CID or name before its host; `ipfs://` or `ipns://`, or a CID with a path,
 * where providers are named.
 *
 * @throws NodeError CONTENT_UNVERIFIABLE, PROVIDER_MISSING; RetrievalError CID_INVALID, CID_UNSUPPORTED, PARAMETER_INVALID
 */
export function parseAsked(text: string, { from = [], range }: TargetOptions = {}): Target | NamedTarget {
  const address = addressIn(text)
  const providers = [...new Set([...(address.origin === undefined ? [] : [address.origin]), ...from])]
  if (providers.length === 0) throw new NodeError('PROVIDER_MISSING', { content: text })
  const query = queryOf(address, range)
  if (address.space === 'ipfs') return targetOf(parseRoot(String(parseCid(address.name))), query, providers)
  parseIpnsName(address.name)
  return { name: address.name, providers, query }
}

/** The target for a root. */
export function targetOf(root: Target['root'], query: DagQuery, providers: readonly string[]): Target {
  const [provider = ''] = providers
  return { url: carUrl(provider, String(root), query), provider, providers, root, query }
}

/** Reads the address of content with a CID. */
export function parseTarget(text: string, options: TargetOptions = {}): Target {
  const asked = parseAsked(text, options)
  if ('root' in asked) return asked
  throw new NodeError('CONTENT_UNVERIFIABLE', { url: text })
}

/** Whether a target is a name that has to be looked up. */
export const isNamed = (asked: Target | NamedTarget): asked is NamedTarget => 'name' in asked

function addressIn(text: string): Address {
  const scheme = /^(ipfs|ipns):\/\/([^/?#]+)(\/[^?#]*)?(?:\?([^#]*))?$/.exec(text)
  if (scheme !== null) {
    const [, space, name = '', path = '', params = ''] = scheme
    return addressOf(space === 'ipns' ? 'ipns' : 'ipfs', name, path, undefined, params, text)
  }
  const bare = /^([a-zA-Z0-9]{46,})(\/[^?#]*)?$/.exec(text)
  if (bare !== null) return addressOf('ipfs', bare[1] ?? '', bare[2] ?? '', undefined, '', text)
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) throw new NodeError('CONTENT_UNVERIFIABLE', { url: text })
  const inPath = /^\/(ipfs|ipns)\/([^/]+)(\/.*)?$/.exec(url.pathname)
  if (inPath !== null) {
    const [, space, name = '', path = ''] = inPath
    return addressOf(space === 'ipns' ? 'ipns' : 'ipfs', name, path, url.origin, url.search, text)
  }
  const inHost = /^([^.]+)\.(ipfs|ipns)\.(.+)$/.exec(url.host)
  if (inHost === null) throw new NodeError('CONTENT_UNVERIFIABLE', { url: text })
  const [, name = '', space, host] = inHost
  return addressOf(space === 'ipns' ? 'ipns' : 'ipfs', name, url.pathname, `${url.protocol}//${host}`, url.search, text)
}

function addressOf(
  space: Address['space'],
  name: string,
  path: string,
  origin: string | undefined,
  params: string,
  text: string,
): Address {
  try {
    const names = path.split('/').filter((one) => one !== '')
    return { space, name, origin, path: names.map(decodeURIComponent), params: new URLSearchParams(params) }
  } catch (thrown) {
    throw new NodeError('CONTENT_UNVERIFIABLE', { url: text }, thrown)
  }
}

function queryOf({ path, params }: Address, range: string | undefined): DagQuery {
  const bytes = range ?? params.get('entity-bytes') ?? undefined
  if (bytes !== undefined) return { path, scope: 'entity', bytes: parseEntityBytes(bytes) }
  const scope = params.get('dag-scope') ?? 'all'
  if (scope === 'all' || scope === 'entity' || scope === 'block') return { path, scope }
  throw new NodeError('VALUE_INVALID', { name: 'dag-scope', value: scope, expected: 'block, entity or all' })
}
