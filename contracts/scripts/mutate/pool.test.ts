import { expect, test } from 'vitest'
import { makeQueue } from './pool.ts'

const mutants = ['A', 'A', 'A', 'B', 'B', 'C'].map((file, line) => ({ file, line, what: '', source: '' }))

test('a process stays with its file, then takes one that none has begun, then helps', () => {
  const take = makeQueue(mutants)
  expect(take(undefined)?.[0]).toBe(0)
  expect(take(undefined)?.[0]).toBe(3)
  expect(take('B')?.[0]).toBe(4)
  expect(take('B')?.[0]).toBe(5)
  expect(take('C')?.[0]).toBe(1)
  expect(take('A')?.[0]).toBe(2)
  expect(take('A')).toBeUndefined()
})
