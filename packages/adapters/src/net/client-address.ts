import { BlockList, isIP } from 'node:net'

/** An address as one text: an IPv4 address in IPv6 clothes is that IPv4 address. Undefined for what is none. */
function plainAddress(text: string): string | undefined {
  const bare = text
    .trim()
    .replace(/^"|"$/g, '')
    .replace(/^\[([^\]]*)\](:\d+)?$/, '$1')
  const withoutPort = /^\d+\.\d+\.\d+\.\d+:\d+$/.test(bare) ? bare.slice(0, bare.lastIndexOf(':')) : bare
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(withoutPort)?.[1]
  const address = mapped ?? withoutPort
  return isIP(address) === 0 ? undefined : address
}

/** What one household has: an IPv4 address, or the first 64 bits of an IPv6 one. */
export function networkOf(address: string): string {
  const plain = plainAddress(address) ?? address
  if (isIP(plain) !== 6) return plain
  const [head = '', tail = ''] = plain.split('::')
  const before = head.split(':').filter(Boolean)
  const after = tail.split(':').filter(Boolean)
  const zeros = plain.includes('::') ? Math.max(0, 8 - before.length - after.length) : 0
  const groups = [...before, ...Array<string>(zeros).fill('0'), ...after]
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')
}

/** Proxies that tell truly for whom they ask. */
export class TrustedProxies {
  readonly #proxies = new BlockList()

  /** @param proxies Addresses, or networks such as `10.0.0.0/8`. @throws RangeError for anything else. */
  constructor(proxies: readonly string[] = []) {
    for (const proxy of proxies) {
      const [address = '', bits, ...rest] = proxy.split('/')
      const family = isIP(address)
      const width = Number(bits ?? (family === 4 ? 32 : 128))
      if (family === 0 || rest.length > 0 || !/^\d+$/.test(bits ?? '0') || width > (family === 4 ? 32 : 128)) {
        throw new RangeError(`${proxy} is neither an address nor a network`)
      }
      this.#proxies.addSubnet(address, width, family === 4 ? 'ipv4' : 'ipv6')
    }
  }

  /** Whether the address is one of theirs. */
  includes(address: string | undefined): boolean {
    const plain = address === undefined ? undefined : plainAddress(address)
    return plain !== undefined && this.#proxies.check(plain, isIP(plain) === 4 ? 'ipv4' : 'ipv6')
  }

  /**
   * Who asks: the connection's other end; where that is a trusted proxy, the last address in its `X-Forwarded-For` that is not one itself.
   * What stands before that anybody may have written.
   */
  clientOf(remote: string | undefined, forwardedFor: string | readonly string[] | undefined): string {
    if (!this.includes(remote)) return remote ?? ''
    const named = [forwardedFor ?? []].flat().join(',').split(',')
    for (const text of named.reverse()) {
      const address = plainAddress(text)
      if (address === undefined) break
      if (!this.includes(address)) return address
    }
    return remote ?? ''
  }
}
