import { expectCode } from '@sluice/http/testing'
import { describe, expect, it } from 'vitest'
import { parseEntityBytes, spanIn } from './entity-bytes.ts'

describe('entity-bytes', () => {
  it.each([
    ['0:*', 0, 1000],
    ['0:0', 0, 1],
    ['0:999', 0, 1000],
    ['0:5000', 0, 1000],
    ['512:*', 512, 1000],
    ['512:1023', 512, 1000],
    ['-5:*', 995, 1000],
    ['-1:-1', 999, 1000],
    ['-9999:*', 0, 1000],
    ['-9999:-3', 0, 998],
    ['499:-100', 499, 901],
    ['0:-1000', 0, 1],
    ['999:-500', 999, 999],
  ])('takes %s of 1000 bytes as %d up to %d', (text, start, end) => {
    expect(spanIn(parseEntityBytes(text), 1000)).toEqual({ start, end })
  })

  it('has no bytes of an empty file', () => {
    expect(spanIn(parseEntityBytes('0:*'), 0)).toEqual({ start: 0, end: 0 })
  })

  it.each(['1000:*', '5000:6000', '-5000:-1001'])('finds %s outside of 1000 bytes', (text) => {
    expectCode(() => spanIn(parseEntityBytes(text), 1000), 'RANGE_OUTSIDE')
  })

  it.each(['', ':', '0', '0:', ':5', '*:5', 'a:b', '5:3', '-3:-5', '0:1:2', '1.5:2', '0:99999999999999999', '0 :5'])(
    'refuses %j',
    (text) => {
      expectCode(() => parseEntityBytes(text), 'PARAMETER_INVALID')
    },
  )
})
