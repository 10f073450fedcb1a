import { ZERO_HASH } from '../../src/primitives/hex.ts'
import { tickAnchor, tickAt } from '../../src/terms/ticks.ts'
import { voucherValue } from '../../src/terms/voucher-value.ts'
import type { Generated } from '../generated.ts'
import { hashOf, keccak256 } from './scene.ts'
import { vectorFile } from './vector-file.ts'

const chains = [
  { count: 1, indices: [1] },
  { count: 10, indices: [1, 2, 9, 10] },
  { count: 100, indices: [1, 50, 100] },
] as const

const MAX = (1n << 128n) - 1n

/** amount, value of a tick, ticks revealed, capacity. */
const values = [
  [10n, 0n, 0, 100n],
  [10n, 3n, 4, 100n],
  [10n, 3n, 30, 100n],
  [10n, 3n, 31, 100n],
  [MAX, MAX, 0xffff_ffff, MAX],
] as const

export const tickFiles: readonly Generated[] = [
  vectorFile(
    'ticks',
    'Chains of ticks: keccak^index(preimage) = anchor = keccak^count(seed).',
    chains.flatMap(({ count, indices }) => {
      const seed = hashOf(`seed ${count}`)
      const anchor = tickAnchor(keccak256, seed, count)
      return indices.map((index) => ({ seed, count, anchor, ...tickAt(keccak256, seed, count, index) }))
    }),
  ),
  vectorFile(
    'voucher-values',
    'What a voucher with revealed ticks pays: amount + index * tickValue, at most the capacity.',
    values.map(([amount, tickValue, index, capacity]) => {
      const voucher = { virtualId: ZERO_HASH, amount, tickAnchor: ZERO_HASH, tickValue, tickCount: index }
      const value = voucherValue({ voucher, tick: { index, preimage: ZERO_HASH } }, capacity)
      return { amount, tickValue, index, capacity, value }
    }),
  ),
]
