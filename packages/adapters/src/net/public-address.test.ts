import { expect, it } from 'vitest'
import { checkPublicHost, isPublicAddress, lookupPublic, NotPublicError } from './public-address.ts'

it.each([
  '127.0.0.1',
  '0.0.0.0',
  '10.0.0.1',
  '172.16.5.4',
  '192.168.1.1',
  '169.254.169.254',
  '100.64.0.1',
  '198.18.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:127.0.0.1',
  '::ffff:8.8.8.8',
  '64:ff9b::7f00:1',
  '2002:7f00:1::',
  '2001:0:1::',
  'fc00::1',
  'fe80::1',
  'ff02::1',
  '2001:db8::1',
  'localhost',
  '',
])('%s is no public address', (ip) => expect(isPublicAddress(ip)).toBe(false))

it.each(['8.8.8.8', '1.1.1.1', '172.32.0.1', '2606:4700::1111', '2a00:1450::1'])('%s is public', (ip) =>
  expect(isPublicAddress(ip)).toBe(true),
)

it.each([
  'ws://127.1/',
  'ws://0x7f000001/',
  'ws://017700000001/',
  'ws://2130706433/',
  'ws://[::ffff:7f00:1]/',
  'ws://[0:0::1]/',
])('refuses %s in whatever form it is written', (url) =>
  expect(() => checkPublicHost(new URL(url).hostname)).toThrow(NotPublicError),
)

it('refuses a name that leads to this machine, and gives nothing to connect to', async () => {
  const found = await new Promise((resolve) =>
    lookupPublic('localhost', {}, (error, address) => resolve([error?.name, address])),
  )
  expect(found).toEqual(['NotPublicError', ''])
})
