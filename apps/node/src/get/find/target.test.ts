import { expect, test } from 'vitest'
import { isNamed, parseAsked } from './target.ts'

const CID = 'bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy'
const NAME = 'k51qzi5uqu5dgutdk6i1ynyzgkqngpha5xpgia3a5qqp4jsh0u4csozksxel2r'
const A = 'http://a.example:8080'
const B = 'https://b.example'
const whole = { path: [], scope: 'all' }

test.each([
  [`${A}/ipfs/${CID}`, [], [A], whole],
  [`${A}/ipfs/${CID}/`, [], [A], whole],
  [`${A}/ipfs/${CID}/a/b%20c`, [B], [A, B], { path: ['a', 'b c'], scope: 'all' }],
  [`${A}/ipfs/${CID}/a?dag-scope=entity`, [], [A], { path: ['a'], scope: 'entity' }],
  [`${A}/ipfs/${CID}?entity-bytes=5:*`, [], [A], { ...whole, scope: 'entity', bytes: { from: 5, to: undefined } }],
  [`https://${CID}.ipfs.b.example/a`, [], [B], { path: ['a'], scope: 'all' }],
  [`ipfs://${CID}/a/b`, [A, B], [A, B], { path: ['a', 'b'], scope: 'all' }],
  [`ipfs://${CID}`, [A], [A], whole],
  [`${CID}/a`, [A], [A], { path: ['a'], scope: 'all' }],
  ['QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG', [A], [A], whole],
])('reads %s with providers %j', (text, from, providers, query) => {
  const target = parseAsked(text, { from })
  if (isNamed(target)) throw new Error('it is a name')
  expect([target.providers, target.query]).toEqual([providers, query])
})

test('reads a range, which wins over that of an address', () => {
  const target = parseAsked(`${A}/ipfs/${CID}?entity-bytes=5:*`, { range: '0:9' })
  expect(target.query.bytes).toEqual({ from: 0, to: 9 })
})

test.each([
  [`ipns://${NAME}/a`, [B], [B]],
  [`${A}/ipns/${NAME}/a`, [B], [A, B]],
  [`http://${NAME}.ipns.a.example:8080/a`, [], [A]],
])('reads the name in %s', (text, from, providers) => {
  expect(parseAsked(text, { from })).toEqual({ name: NAME, providers, query: { path: ['a'], scope: 'all' } })
})

test.each([
  [`ipfs://${CID}`, 'PROVIDER_MISSING'],
  [CID, 'PROVIDER_MISSING'],
  ['nonsense', 'CONTENT_UNVERIFIABLE'],
  [`ftp://a/ipfs/${CID}`, 'CONTENT_UNVERIFIABLE'],
  [`${A}/ipfs/${CID}/%ff`, 'CONTENT_UNVERIFIABLE'],
  [`${A}/ipfs/bafynonsense`, 'CID_INVALID'],
  [`${A}/ipns/example.com`, 'CID_INVALID'],
  [`${A}/ipfs/bafkqaaa`, 'CID_UNSUPPORTED'],
  [`${A}/ipfs/${CID}?dag-scope=some`, 'VALUE_INVALID'],
  [`${A}/ipfs/${CID}?entity-bytes=9`, 'PARAMETER_INVALID'],
])('refuses %s: %s', (text, code) => {
  expect(() => parseAsked(text)).toThrow(expect.objectContaining({ code }))
})
