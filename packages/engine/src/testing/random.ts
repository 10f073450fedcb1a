import type { Random } from '../ports/random.ts'

/** Numbers that a seed decides alone (mulberry32). For simulations; nothing secret may come from it. */
export interface SeededRandom {
  /** From 0 up to but not including 1. */
  fraction(): number
  /** A whole number from 0 up to but not including `below`. */
  below(below: number): number
  /** True with that probability. */
  chance(probability: number): boolean
  pick<T>(items: readonly T[]): T
  readonly bytes: Random
  /** Another stream, decided by this one and the name. */
  fork(name: string): SeededRandom
}

function hashName(name: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193)
  return hash >>> 0
}

/** @param seed Any 32-bit number. */
export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0
  const fraction = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number) => Math.floor(fraction() * limit)
  return {
    fraction,
    below,
    chance: (probability) => fraction() < probability,
    pick(items) {
      const item = items[below(items.length)]
      if (item === undefined) throw new RangeError('nothing to pick from')
      return item
    },
    bytes: (length) => Uint8Array.from({ length }, () => below(256)),
    fork: (name) => seededRandom((seed ^ hashName(name)) >>> 0),
  }
}
