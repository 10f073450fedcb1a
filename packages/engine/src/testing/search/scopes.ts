import type { Scope } from './scope.ts'

/** Every scope that is searched, small ones first. */
export const scopes: readonly Scope[] = [
  { name: 'line', parties: 'AHB', thieves: 'AB', deposits: [[1, 0], [1, 0]], virtuals: [{ path: [0, 1, 2], capacity: 1 }] },
]
