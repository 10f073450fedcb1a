import { lookup as lookUp } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'

/** Networks that no public server is in: of the machine itself, private, of one link, shared, for documents and tests, for many, reserved. */
const notPublic = new BlockList()
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const) {
  notPublic.addSubnet(network, bits, 'ipv4')
}
/** Within what is global, the parts that hold other addresses (tunnels, translations) or none. */
for (const [network, bits] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const) {
  notPublic.addSubnet(network, bits, 'ipv6')
}

/** The only IPv6 addresses that are global; all that stand for an IPv4 address lie outside. */
const global = new BlockList()
global.addSubnet('2000::', 3, 'ipv6')

/** Whether an IP address is one that anybody on the internet may be reached at. A text that is no IP address is not. */
export function isPublicAddress(ip: string): boolean {
  switch (isIP(ip)) {
    case 4:
      return !notPublic.check(ip, 'ipv4')
    case 6:
      return global.check(ip, 'ipv6') && !notPublic.check(ip, 'ipv6')
    default:
      return false
  }
}

/** A host as it stands in a URL, without the brackets of an IPv6 address. */
export function bareHost(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '')
}

/** A name led to an address that is not public. */
export class NotPublicError extends Error {
  override readonly name = 'NotPublicError'

  constructor(host: string) {
    super(`${host} is no public address`)
  }
}

/** Refuses a host that is an IP address and not a public one. @throws NotPublicError. */
export function checkPublicHost(hostname: string): void {
  const host = bareHost(hostname)
  if (isIP(host) !== 0 && !isPublicAddress(host)) throw new NotPublicError(host)
}

/**
 * Resolves names as `dns.lookup` does and refuses those that lead to any address that is not public. What it gives is what is connected to, so
 * that a name cannot lead elsewhere a moment later.
 */
export const lookupPublic: LookupFunction = (hostname, options, callback) => {
  lookUp(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return callback(error, '', 0)
    const [first] = addresses
    if (first === undefined || addresses.some(({ address }) => !isPublicAddress(address))) {
      return callback(new NotPublicError(hostname), '', 0)
    }
    if (options.all === true) callback(null, addresses)
    else callback(null, first.address, first.family)
  })
}
