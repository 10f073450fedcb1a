import { expect, test } from 'vitest'
import { isLocalUrl } from './local-url.ts'

test.each([
  'localhost',
  '127.0.0.1',
  '0x7f.1',
  '2130706433',
  '10.1.2.3',
  '172.31.0.1',
  '100.64.0.1',
  '169.254.169.254',
  '[::1]',
  '[fd00::1]',
  '[::ffff:8.8.8.8]',
  'nas',
  'nas.local',
  'a.b.internal',
])('a url of %s is local', (host) => expect(isLocalUrl(`http://${host}:8080/x`)).toBe(true))

test.each(['example.org', '8.8.8.8', '172.32.0.1', '100.128.0.1', '[2606:4700::1111]', 'localhost.example.org'])(
  'a url of %s is not',
  (host) => expect(isLocalUrl(`https://${host}/x`)).toBe(false),
)
