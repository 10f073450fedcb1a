import { highest, lowest } from '@sluice/protocol'
import type { ChainCall } from '../../ports/chain.ts'
import type { Prices } from './batch.ts'

/** By how much an estimate of a call may lie off the figures that are known here, as a ratio in thousandths. */
const UNIT = 1000n
/** An estimate further off than so many times is not believed as far as that. */
const MOST = 16n

/** Calls of one kind that take the same gas for the same work, whatever accounts and tokens they are about. */
const EVEN: ReadonlySet<ChainCall['type']> = new Set<ChainCall['type']>([
  'updateLane',
  'updateLanes',
  'closeVirtual',
  'closeVirtuals',
  'closeVirtualsByLocks',
  'redeem',
  'redeemBatch',
  'redeemGroup',
])

/**
 * What calls cost, by the price of gas now and by what earlier calls of each kind were estimated at: on some chains gas follows laws of
 * its own.
 */
export class LearntPrices implements Prices {
  readonly #worthMin: bigint
  readonly #ratios = new Map<ChainCall['type'], bigint>()
  #perGas = 0n

  /** @param worthMin What a call must be worth, per cent of what its gas costs. */
  constructor(worthMin: number) {
    this.#worthMin = BigInt(worthMin)
  }

  /** The price of a unit of gas by Ethereum's schedule, native base units. */
  set perGas(price: bigint) {
    this.#perGas = price
  }

  costOf(type: ChainCall['type'], gas: number): bigint {
    const ratio = this.#ratios.get(type) ?? UNIT
    return (BigInt(gas) * this.#perGas * ratio * this.#worthMin) / (UNIT * 100n)
  }

  /** What the chain's own estimate of a call came to, native base units without margin. */
  learn(type: ChainCall['type'], gas: number, cost: bigint): void {
    const expected = BigInt(gas) * this.#perGas
    if (!EVEN.has(type) || expected <= 0n || cost <= 0n) return
    const ratio = (cost * UNIT) / expected
    this.#ratios.set(type, lowest(highest(ratio, UNIT / MOST), UNIT * MOST))
  }

  /**
   * What was learnt wears off by an eighth. What is taken to cost too much is not estimated again, so that a wrong ratio would keep it from being
   * tried for good.
   */
  wearOff(): void {
    for (const [type, ratio] of this.#ratios) this.#ratios.set(type, UNIT + ((ratio - UNIT) * 7n) / 8n)
  }
}
