import type { Address } from '@sluice/protocol'
import type { ChainCall } from '../../ports/chain.ts'
import type { MinedCall, SimulatedChain } from '../chain/simulated-chain.ts'

/** How many things a call is to change. */
function partsOf(call: ChainCall): number {
  if ('items' in call) return call.items.length
  if (call.type === 'updateLanes') return call.vouchers.length
  if (call.type === 'unlock') return call.locks.length
  if (call.type === 'unlockSubtree') return call.subtree.slots.filter(({ amount }) => amount !== 0n).length
  return 1
}

/** Counts the gas of everybody's calls on a simulated chain, and what of it was for nothing. */
export class GasMeter {
  readonly #honest: ReadonlySet<Address>
  /** By call, how many of the honest parties' a block included. */
  readonly calls = new Map<string, number>()
  honest = 0n
  thieves = 0n
  wasted = 0n

  constructor(chain: SimulatedChain, honest: Iterable<Address>) {
    this.#honest = new Set(honest)
    chain.watch((mined) => this.#count(mined))
  }

  #count({ sender, call, success, cost, effects, worth }: MinedCall): void {
    if (!this.#honest.has(sender)) {
      this.thieves += cost
      return
    }
    const name = success ? call.type : `${call.type} reverted`
    this.calls.set(name, (this.calls.get(name) ?? 0) + 1)
    this.honest += cost
    const parts = partsOf(call)
    const idle = BigInt(Math.max(0, parts - effects))
    const isTooDear = worth !== undefined && worth < cost
    this.wasted += isTooDear ? cost : (cost * idle) / BigInt(parts)
  }
}
