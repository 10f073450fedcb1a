import { describe, expect, it } from 'vitest'
import { networkOf, TrustedProxies } from './client-address.ts'

describe('proxies that are trusted', () => {
  const proxies = new TrustedProxies(['127.0.0.1', '10.0.0.0/8', '::1'])

  it.each([
    ['203.0.113.9', '198.51.100.1', '203.0.113.9'],
    ['127.0.0.1', undefined, '127.0.0.1'],
    ['127.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['::ffff:127.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['127.0.0.1', '1.2.3.4, 198.51.100.1', '198.51.100.1'],
    ['127.0.0.1', '198.51.100.1, 10.1.1.1', '198.51.100.1'],
    ['127.0.0.1', '1.2.3.4, forged', '127.0.0.1'],
    ['::1', '[2001:db8::7]:4711', '2001:db8::7'],
    ['127.0.0.1', '198.51.100.1:4711', '198.51.100.1'],
  ])('at %s, saying %s, ask for %s', (remote, header, client) => expect(proxies.clientOf(remote, header)).toBe(client))

  it.each(['here', '10.0.0.0/33', '10.0.0.0/x', '1.2.3.4/8/8'])('are not named as %s', (proxy) =>
    expect(() => new TrustedProxies([proxy])).toThrow(RangeError),
  )
})

it.each([
  ['203.0.113.9', '203.0.113.9'],
  ['::ffff:203.0.113.9', '203.0.113.9'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:db8::9', '2001:db8:0:0'],
  ['::1', '0:0:0:0'],
])('%s is of the network %s', (address, network) => expect(networkOf(address)).toBe(network))
