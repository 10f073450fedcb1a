import { expectCode } from '@sluice/http/testing'
import { describe, expect, it } from 'vitest'
import { negotiate } from './negotiate.ts'

const CAR = 'application/vnd.ipld.car'

describe('negotiate', () => {
  it.each([
    ['', null],
    ['', '*/*'],
    ['', CAR],
    ['', `${CAR}; version=1; order=dfs; dups=n`],
    ['', `${CAR};version="1";order=unk`],
    ['', `text/html, ${CAR};q=0.5`],
    ['', 'application/*'],
    ['format=car', 'text/html'],
    ['format=car&car-order=dfs&car-dups=n&car-version=1&dag-scope=all&x=y', null],
  ])('takes ?%s with Accept %s', (query, accept) => {
    expect(() => negotiate(new URLSearchParams(query), accept)).not.toThrow()
  })

  it.each([
    ['', 'text/html', 'FORMAT_UNSUPPORTED'],
    ['', 'application/vnd.ipld.raw', 'FORMAT_UNSUPPORTED'],
    ['', `${CAR}; version=2`, 'FORMAT_UNSUPPORTED'],
    ['', `${CAR}; dups=y`, 'FORMAT_UNSUPPORTED'],
    ['', `${CAR}; q=0`, 'FORMAT_UNSUPPORTED'],
    ['format=raw', null, 'FORMAT_UNSUPPORTED'],
    ['car-dups=y', null, 'FORMAT_UNSUPPORTED'],
    ['format=car&car-version=2', null, 'FORMAT_UNSUPPORTED'],
    ['dag-scope=block', null, 'SCOPE_UNSUPPORTED'],
    ['entity-bytes=0:10', null, 'SCOPE_UNSUPPORTED'],
  ])('refuses ?%s with Accept %s', (query, accept, code) => {
    expectCode(() => negotiate(new URLSearchParams(query), accept), code)
  })
})
