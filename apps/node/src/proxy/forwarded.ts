import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { TLSSocket } from 'node:tls'
import type { TrustedProxies } from '@sluice/adapters/net'

/** Headers of one connection, which are not handed on. */
const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]
/** Headers that say what the payment is: each is the proxy's alone. */
const PAYMENT = ['payment-signature', 'payment-required', 'payment-response', 'payment-content-type']
/** Headers by which a client could say that it asks for something else than it was judged by, or be somebody else. */
const FORGED = [
  'forwarded',
  'proxy',
  'x-real-ip',
  'x-forwarded-port',
  'x-forwarded-server',
  'x-forwarded-prefix',
  'x-original-url',
  'x-rewrite-url',
  'x-original-host',
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
]

/** Names of headers that a message must not hand on: those of its connection, and those of payments. */
export function notHandedOn(connection: string | undefined): ReadonlySet<string> {
  const named = (connection ?? '').split(',').map((name) => name.trim().toLowerCase())
  return new Set([...HOP_BY_HOP, ...PAYMENT, ...named.filter((name) => name !== '')])
}

/**
 * Says for whom a request is made, in its headers `X-Forwarded-…`: by what a trusted proxy says, else by the connection alone. What else a client could
 * mislead the server behind with is taken out.
 *
 * @param url Where clients reach the proxy.
 */
export function markForwarded(incoming: IncomingMessage, proxies: TrustedProxies, url: URL | undefined): void {
  const { headers, socket } = incoming
  const remote = socket.remoteAddress ?? 'unknown'
  const isTrusted = proxies.includes(remote)
  const said = (name: string): string | undefined => (isTrusted ? lastOf(headers, name) : undefined)
  const before = isTrusted ? [headers['x-forwarded-for'] ?? []].flat() : []
  const isEncrypted = (socket as Partial<TLSSocket>).encrypted === true
  const proto = said('x-forwarded-proto') ?? url?.protocol.slice(0, -1) ?? (isEncrypted ? 'https' : 'http')
  const host = said('x-forwarded-host') ?? url?.host ?? headers.host
  for (const name of FORGED) delete headers[name]
  headers['x-forwarded-for'] = [...before, remote].join(', ')
  headers['x-forwarded-proto'] = proto
  if (host !== undefined) headers['x-forwarded-host'] = host
}

function lastOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = [headers[name] ?? []].flat().join(',').split(',').at(-1)?.trim()
  return value === '' ? undefined : value
}
