import type { Scope } from './scope.ts'

type Shape = Omit<Scope, 'name' | 'thieves'>

const along = { path: [0, 1, 2], capacity: 1 }
const wide = { path: [0, 1, 2], capacity: 2 }
const back = { path: [2, 1, 0], capacity: 1 }

/** Payer A, hub H, payee B; a virtual channel of one base unit. */
const line: Shape = {
  parties: 'AHB',
  deposits: [
    [1, 0],
    [1, 0],
  ],
  virtuals: [along],
}

/** The same with two base units. */
const broad: Shape = {
  parties: 'AHB',
  deposits: [
    [2, 0],
    [2, 0],
  ],
  virtuals: [wide],
}

/** Two hubs, the second of which asks for something when a virtual channel is prolonged. */
const forFees: Shape = {
  parties: 'AHIB',
  deposits: [
    [2, 0],
    [2, 0],
    [1, 0],
  ],
  virtuals: [{ path: [0, 1, 2, 3], capacity: 1 }],
  prolongs: true,
  isQuiet: true,
}

const shapes: Readonly<Record<string, { readonly shape: Shape; readonly thieves: readonly string[] }>> = {
  pair: {
    shape: { parties: 'AB', deposits: [[1, 0]], virtuals: [{ path: [0, 1], capacity: 1 }] },
    thieves: ['', 'A', 'B'],
  },
  'pair-refusals': {
    shape: {
      parties: 'AB',
      deposits: [[2, 0]],
      virtuals: [{ path: [0, 1], capacity: 2 }],
      refuseBelow: 3,
      early: true,
    },
    thieves: ['A', 'B'],
  },
  line: { shape: line, thieves: ['AH', 'HB', 'AB', 'H', 'B', 'A', ''] },
  early: { shape: { ...line, early: true }, thieves: ['AH', 'H'] },
  forgetting: { shape: { ...line, forgets: true }, thieves: ['AH', 'HB', 'AB'] },
  sessions: { shape: { ...line, sessions: true }, thieves: ['AB', 'B'] },
  refusals: { shape: { ...line, refuseBelow: 2 }, thieves: ['HB', 'AB', 'H', 'B'] },
  'refusals-more': { shape: { ...line, refuseBelow: 3 }, thieves: ['HB', 'AB'] },
  pays: {
    shape: {
      ...line,
      deposits: [
        [2, 0],
        [2, 0],
      ],
      pays: 1,
    },
    thieves: ['AH', 'HB', 'AB'],
  },
  doubled: {
    shape: {
      ...line,
      deposits: [
        [2, 0],
        [1, 0],
      ],
    },
    thieves: ['AB'],
  },
  uncovered: {
    shape: {
      ...line,
      deposits: [
        // Paid into by the hub alone: of a channel that nobody paid into nothing is taken.
        [0, 1],
        [1, 0],
      ],
    },
    thieves: ['AB', 'A'],
  },
  withdrawals: { shape: { ...line, withdrawals: 'AB' }, thieves: ['AH', 'HB', 'AB'] },
  'withdrawals-all': {
    shape: {
      ...line,
      deposits: [
        [2, 0],
        [2, 0],
      ],
      withdrawals: 'AHB',
    },
    thieves: ['AH', 'HB', 'AB'],
  },
  together: { shape: { ...line, together: true }, thieves: ['AH', 'HB', 'AB'] },
  'old-vouchers': {
    shape: {
      ...line,
      deposits: [
        [2, 0],
        [2, 0],
      ],
      oldVouchers: true,
    },
    thieves: ['AB'],
  },
  broad: { shape: broad, thieves: ['AH', 'HB', 'AB', 'H', 'B', 'A'] },
  prolonging: { shape: { ...line, prolongs: true }, thieves: ['AB', 'HB', 'AH'] },
  'prolonging-for-fees': { shape: forFees, thieves: ['AIB', 'HIB'] },
  'prolonging-for-paid': { shape: { ...forFees, pays: 1 }, thieves: ['AIB'] },
  leaving: { shape: { ...broad, leaves: 1 }, thieves: ['AB', 'A', 'B', 'AH', 'HB'] },
  'leaving-refusals': { shape: { ...broad, leaves: 1, refuseBelow: 3 }, thieves: ['AB', 'B'] },
  'leaving-two': {
    shape: {
      ...broad,
      isQuiet: true,
      deposits: [
        [4, 0],
        [4, 0],
      ],
      virtuals: [wide, wide],
      leaves: 1,
    },
    thieves: ['AB'],
  },
  distrusting: { shape: { ...broad, leaves: 1, trusts: 0 }, thieves: ['AB'] },
  'left-before': { shape: { ...broad, leaves: 1, leftBefore: 1 }, thieves: ['AB'] },
  'broad-refusals': { shape: { ...broad, refuseBelow: 3 }, thieves: ['HB', 'AB', 'B'] },
  reuse: { shape: { ...line, virtuals: [along, along] }, thieves: ['AH', 'HB', 'AB'] },
  'reuse-refusals': { shape: { ...line, virtuals: [along, along], refuseBelow: 3 }, thieves: ['HB', 'AB'] },
  two: {
    shape: {
      ...line,
      deposits: [
        [2, 0],
        [2, 0],
      ],
      virtuals: [along, along],
    },
    thieves: ['AH', 'HB', 'AB'],
  },
  'two-ways': { shape: { ...line, virtuals: [along, back] }, thieves: ['AH', 'HB', 'AB'] },
  'two-ways-refusals': { shape: { ...line, virtuals: [along, back], refuseBelow: 2 }, thieves: ['AH', 'HB', 'AB'] },
  income: {
    shape: {
      ...broad,
      deposits: [
        [0, 2],
        [2, 0],
      ],
      virtuals: [wide, { path: [1, 0], capacity: 2 }],
      refuseBelow: 2,
    },
    thieves: ['AB', 'HB'],
  },
  'two-hubs': {
    shape: {
      parties: 'AHIB',
      deposits: [
        [1, 0],
        [1, 0],
        [1, 0],
      ],
      virtuals: [{ path: [0, 1, 2, 3], capacity: 1 }],
    },
    thieves: ['AIB', 'AHB', 'AHI', 'HIB', 'AB', 'IB', 'AH', 'HI'],
  },
  'two-hubs-refusals': {
    shape: {
      parties: 'AHIB',
      deposits: [
        [2, 0],
        [2, 0],
        [2, 0],
      ],
      virtuals: [{ path: [0, 1, 2, 3], capacity: 2 }],
      refuseBelow: 2,
    },
    thieves: ['AIB', 'AHB'],
  },
}

/** Every scope that is searched. */
export const scopes: readonly Scope[] = Object.entries(shapes).flatMap(([name, { shape, thieves }]) =>
  thieves.map((some) => ({ ...shape, name, thieves: some })),
)

/** The scope of that name with these thieves. @throws RangeError. */
export function scopeOf(name: string, thieves: string): Scope {
  const found = shapes[name]
  if (found === undefined) throw new RangeError(`there is no scope ${name}: ${Object.keys(shapes).join(', ')}`)
  return { ...found.shape, name, thieves }
}
