import { expect, it } from 'vitest'
import { Nonces } from './nonces.ts'

it('gives nonces out one after the other, from the chain on', () => {
  const nonces = new Nonces(1_000)
  expect([nonces.reserve(5, 0), nonces.reserve(5, 0), nonces.reserve(5, 0)]).toEqual([5, 6, 7])
})

it('fills the gap of one that was never sent, once its time is over', () => {
  const nonces = new Nonces(1_000)
  const [first, second] = [nonces.reserve(0, 0), nonces.reserve(0, 0)]
  nonces.sent(second)
  expect(nonces.reserve(0, 999)).toBe(2)
  nonces.sent(2)
  expect(nonces.reserve(0, 1_000)).toBe(first)
})

it('never gives one out again that was sent, though the chain does not count it', () => {
  const nonces = new Nonces(1_000)
  nonces.sent(nonces.reserve(3, 0))
  expect(nonces.reserve(3, 10_000)).toBe(4)
})

it('gives one out again that was freed', () => {
  const nonces = new Nonces(1_000)
  nonces.sent(nonces.reserve(3, 0))
  nonces.free(3)
  expect(nonces.reserve(3, 0)).toBe(3)
})

it('counts from the chain again after a reorganisation', () => {
  const nonces = new Nonces(1_000)
  for (let i = 0; i < 3; i++) nonces.sent(nonces.reserve(0, 0))
  nonces.prune(3)
  expect(nonces.reserve(1, 0)).toBe(1)
})
