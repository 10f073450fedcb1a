import { expectCode } from '@sluice/http/testing'
import { describe, expect, it } from 'vitest'
import { negotiate } from './negotiate.ts'

const CAR = 'application/vnd.ipld.car'
const RAW = 'application/vnd.ipld.raw'

describe('negotiate', () => {
  it.each<[string, string | null, string]>([
    ['', '*/*', 'car n'],
    ['', CAR, 'car n'],
    ['', RAW, 'raw n'],
    ['', 'application/vnd.ipfs.ipns-record', 'ipns-record n'],
    ['', `${CAR}; version=1; order=dfs; dups=n`, 'car n'],
    ['', `${CAR}; version=1; order=dfs; dups=y`, 'car y'],
    ['', `${CAR};version="1";order=unk`, 'car n'],
    ['', `text/html, ${CAR};q=0.5`, 'car n'],
    ['', `${CAR};q=0.5, ${RAW};q=0.9`, 'raw n'],
    ['', `${CAR};order=foo, ${CAR};order=dfs;dups=y;q=0.5`, 'car y'],
    ['', `${CAR};order=foo, ${RAW};q=0.1`, 'raw n'],
    ['', `${RAW}, */*;q=0.1`, 'raw n'],
    ['', 'APPLICATION/VND.IPLD.RAW', 'raw n'],
    ['', 'application/*', 'car n'],
    ['format=car', 'text/html', 'car n'],
    ['format=car', null, 'car n'],
    ['format=raw', CAR, 'raw n'],
    ['format=car', RAW, 'car n'],
    ['format=car', `${CAR}; dups=y`, 'car y'],
    ['format=car&car-dups=y', `${CAR}; dups=n`, 'car y'],
    ['format=car&car-dups=n', `${CAR}; dups=y`, 'car n'],
    ['format=car&car-order=dfs', `${CAR}; order=unk`, 'car n'],
    ['format=car&car-order=dfs&car-dups=n&car-version=1&dag-scope=all&x=y', null, 'car n'],
  ])('takes ?%s with Accept %s as %s', (query, accept, expected) => {
    const { format, dups } = negotiate(new URLSearchParams(query), accept)
    expect(`${format} ${dups ? 'y' : 'n'}`).toBe(expected)
  })

  it.each<[string, string | null, boolean]>([
    ['format=raw', RAW, true],
    ['', RAW, false],
    ['format=car', `${CAR};dups=y`, false],
    ['format=car&car-dups=y', `${CAR};dups=y`, true],
    ['format=car', null, true],
  ])('tells whether ?%s alone says what %s does', (query, accept, isInUrl) => {
    expect(negotiate(new URLSearchParams(query), accept).isInUrl).toBe(isInUrl)
  })

  it.each<[string, string | null, string]>([
    ['', null, 'FORMAT_MISSING'],
    ['', '', 'FORMAT_MISSING'],
    ['', 'text/html', 'FORMAT_UNSUPPORTED'],
    ['', 'application/vnd.ipld.dag-json', 'FORMAT_UNSUPPORTED'],
    ['', `${CAR}; version=2`, 'FORMAT_UNSUPPORTED'],
    ['', `${CAR}; dups=maybe`, 'FORMAT_UNSUPPORTED'],
    ['format=car', `${CAR}; order=foo`, 'FORMAT_UNSUPPORTED'],
    ['', `${RAW}; q=0`, 'FORMAT_MISSING'],
    ['format=tar', null, 'FORMAT_UNSUPPORTED'],
    ['format=', null, 'FORMAT_UNSUPPORTED'],
    ['format=RAW', null, 'FORMAT_UNSUPPORTED'],
    ['format=__proto__', null, 'FORMAT_UNSUPPORTED'],
    ['format=car&car-dups=maybe', null, 'FORMAT_UNSUPPORTED'],
    ['format=car&car-version=2', null, 'FORMAT_UNSUPPORTED'],
    ['format=car&car-order=bfs', null, 'FORMAT_UNSUPPORTED'],
  ])('refuses ?%s with Accept %s', (query, accept, code) => {
    expectCode(() => negotiate(new URLSearchParams(query), accept), code)
  })
})
