import type { Address } from '@sluice/protocol'
import { expect, it } from 'vitest'
import { Declines } from './declines.ts'

const [payer, hub, other, payee] = ['11', '22', '33', '44'].map((byte): Address => `0x${byte.repeat(20)}`) as [
  Address,
  Address,
  Address,
  Address,
]

it('leaves out for a while who declined to reach a payee, unless there is no other way', () => {
  let now = 0
  const declines = new Declines(() => now)
  const choose = (hubs: readonly Address[], to = payee) =>
    declines.around(to, (isDeclining) => {
      const found = hubs.find((one) => !isDeclining(one))
      if (found === undefined) throw new Error('no way')
      return found
    })
  declines.note([payer, other, payee], 'FEE_LOW')
  declines.note([payer, hub, payee], 'FORWARD_NO_CHANNEL')
  expect(choose([hub, other])).toBe(other)
  expect(choose([hub])).toBe(hub)
  expect(choose([hub, other], other)).toBe(hub)
  now = 61_000
  expect(choose([hub, other])).toBe(hub)
})
