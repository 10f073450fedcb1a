import { expect, it } from 'vitest'
import { type PlaceLimits, Places } from './places.ts'

const none: PlaceLimits = {
  connections: 99,
  unproved: 99,
  unprovedPerAddress: 99,
  strangers: 99,
  strangersPerAddress: 99,
}

function scene(limits: Partial<PlaceLimits>) {
  const ended: number[] = []
  const places = new Places<{ destroy: () => void }>({ ...none, ...limits })
  const make = (id: number) => ({ destroy: () => void ended.push(id) })
  return { ended, places, make }
}

it('of those that have not proved who they are, the oldest makes room', () => {
  const { ended, places, make } = scene({ unproved: 2 })
  for (const id of [1, 2, 3]) expect(places.take(make(id), `${id}`)).toBe(true)
  expect(ended).toEqual([1])
  expect(places.turnedAway).toBe(1)
})

it('one address takes its own places alone, and what proxies say later counts', () => {
  const { ended, places, make } = scene({ unprovedPerAddress: 2 })
  places.take(make(1), 'a')
  const proxied = [2, 3].map(make)
  for (const one of proxied) places.take(one, undefined)
  places.take(make(4), 'b')
  for (const one of proxied) places.name(one, 'a')
  expect(ended).toEqual([1])
})

it('a flood of strangers that have proved their keys ends none that is known', () => {
  const { ended, places, make } = scene({ connections: 4, strangers: 2, strangersPerAddress: 9 })
  const known = make(0)
  places.take(known, 'a')
  places.prove(known, () => true)
  for (let id = 1; id <= 10; id++) {
    const one = make(id)
    expect(places.take(one, 'a')).toBe(true)
    places.prove(one, () => false)
  }
  expect(ended).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  expect(places.has(known)).toBe(true)
})

it('nobody is let in where all are known', () => {
  const { places, make } = scene({ connections: 1 })
  const known = make(0)
  places.take(known, 'a')
  places.prove(known, () => true)
  expect(places.take(make(1), 'b')).toBe(false)
  places.leave(known)
  expect(places.take(make(2), 'b')).toBe(true)
})
