import {
  type ChannelRecord,
  type Hex,
  type LaneLock,
  type LaneState,
  type LockTree,
  lockEntries,
  lockProof,
  locksRoot,
} from '@sluice/protocol'
import type { LockProof } from '../../../ports/chain.ts'
import { balanceOf } from '../model/balance.ts'
import { type ChainState, callContract, isVirtualFinal } from '../model/chain-model.ts'
import type { MemberState } from '../model/member-tx.ts'
import type { Scene, SceneChannel, SceneParty } from '../model/scene.ts'
import type { Automata } from './automaton.ts'

/** The most that a party can be owed less than it gets, were it to end now: what it got at least, and what it is owed. */
export interface Verdict {
  readonly got: bigint
  readonly owed: bigint
}

function statesOf({ out, in: received }: ChannelRecord): LaneState[] {
  return [out, received].flatMap((lane) => [lane.base.state, ...lane.updates.map(({ state }) => state)])
}

/** Tells what each party has in the end, however the slots of settled channels are unlocked. */
export class Judge {
  readonly #scene: Scene
  readonly #automata: Automata
  readonly #trees = new Map<Hex, LockTree>()
  readonly #treesOf = new Set<string>()
  readonly #payouts = new Map<number, readonly bigint[]>()
  readonly #owed = new Map<string, bigint>()

  constructor(scene: Scene, automata: Automata) {
    this.#scene = scene
    this.#automata = automata
  }

  /** What an honest party in that state gets at least and is owed, with the chain as it is. */
  verdict(party: SceneParty, state: number, chain: number): Verdict {
    const left = leftBy(this.#scene, party, this.#automata.chains.at(chain))
    return { got: this.#payoutsAt(chain)[party.index] ?? 0n, owed: this.#owedTo(party, state) - left }
  }

  /** The virtual channels with a lock in what was shown of a settled channel, by index. */
  awaited(chain: ChainState): ReadonlySet<number> {
    const found = new Set<number>()
    for (const [i, channel] of chain.channels.entries()) {
      if (channel?.status !== 'settled') continue
      for (const lane of [0, 1] as const) {
        for (const [, { lockId }] of this.#locks(channel.lanes[lane].locksRoot)) {
          found.add(this.#scene.virtuals.findIndex((one) => one.virtualId === lockId))
        }
      }
      if (this.#scene.channels[i] === undefined) throw new RangeError('a channel of the scene')
    }
    return found
  }

  /** Remembers the locks of all vouchers in a state, so that they can be unlocked. */
  learn(party: SceneParty, state: number): void {
    const key = `${party.index}/${state}`
    if (this.#treesOf.has(key)) return
    this.#treesOf.add(key)
    for (const record of this.#automata.stateAt(party, state).channels) {
      for (const { locks } of statesOf(record)) this.#trees.set(locksRoot(locks), locks)
    }
  }

  #locks(root: Hex): (readonly [number, LaneLock])[] {
    const tree = this.#trees.get(root)
    return tree === undefined ? [] : ([...lockEntries(tree)] as (readonly [number, LaneLock])[])
  }

  #payoutsAt(chain: number): readonly bigint[] {
    const known = this.#payouts.get(chain)
    if (known !== undefined) return known
    const state = this.#automata.chains.at(chain)
    const payouts = [...state.balances]
    for (const [i, channel] of this.#scene.channels.entries()) {
      if (state.channels[i]?.status !== 'settled') continue
      for (const lane of [0, 1] as const) {
        for (const [at, gain] of this.#leastGains(state, channel, i, lane)) payouts[at] = (payouts[at] ?? 0n) + gain
      }
    }
    const deposits = this.#scene.channels.flatMap(({ index }) => this.#scene.scope.deposits[index] ?? [])
    const [out, came] = [payouts.reduce((x, y) => x + y, 0n), BigInt(deposits.reduce((x, y) => x + y, 0))]
    if (out > came) throw new Error(`${out} was paid out of ${came}`)
    this.#payouts.set(chain, payouts)
    return payouts
  }

  /** What each end of a channel gets at least for the locks of a lane, whatever the order in which they are unlocked. */
  #leastGains(state: ChainState, channel: SceneChannel, i: number, lane: 0 | 1): ReadonlyMap<number, bigint> {
    const shown = state.channels[i]?.lanes[lane]
    const ready = this.#locks(shown?.locksRoot ?? '0x').filter(([, { lockId }]) => {
      const index = this.#scene.virtuals.findIndex((one) => one.virtualId === lockId)
      return isVirtualFinal(state.virtuals[index])
    })
    const least = new Map<number, bigint>()
    for (const order of orders(ready)) {
      const after = order.reduce((now, one) => this.#unlock(now, channel, lane, shown?.locked ?? 0n, one), state)
      for (const end of channel.ends) {
        const gain = (after.balances[end] ?? 0n) - (state.balances[end] ?? 0n)
        const before = least.get(end)
        if (before === undefined || gain < before) least.set(end, gain)
      }
    }
    return least
  }

  #unlock(
    state: ChainState,
    { terms }: SceneChannel,
    lane: 0 | 1,
    locked: bigint,
    [slot, lock]: readonly [number, LaneLock],
  ): ChainState {
    const channel = state.channels[this.#scene.channels.findIndex((one) => one.terms === terms)]
    // A lane whose pool is empty is over, whatever its locks say.
    if (channel === undefined || channel.pools[lane] === 0n) return state
    const tree = this.#trees.get(channel.lanes[lane].locksRoot)
    if (tree === undefined) throw new RangeError('a tree of locks that was seen')
    const { amount, lockId: id } = lock
    const resolver = this.#scene.digests.domain.contract
    const item: LockProof = { slot, amount, resolver, id, side: 0, proof: lockProof(tree, slot) }
    const after = callContract(this.#scene, state, terms.a.account, { type: 'unlock', terms, lane, locked, item })
    if (after === undefined) throw new Error(`slot ${slot} cannot be unlocked`)
    return after
  }

  #owedTo(party: SceneParty, number: number): bigint {
    const key = `${party.index}/${number}`
    const known = this.#owed.get(key)
    if (known !== undefined) return known
    const owed = owedTo(this.#scene, party, this.#automata.stateAt(party, number))
    this.#owed.set(key, owed)
    return owed
  }
}

/**
 * What a hub may lose for good to the neighbours from which virtual channels come, since it is not worth a call: what it trusts them with, or what
 * somebody else's call had the chain say less by.
 */
function leftBy({ scope }: Scene, party: SceneParty, chain: ChainState): bigint {
  const { leaves = 0, trusts = leaves, leftBefore = 0 } = scope
  if (leftBefore > 0) return 0n
  const forwarded = party.virtuals.filter(({ path }) => path.indexOf(party.index) > 0 && path.at(-1) !== party.index)
  const from = new Set(forwarded.map(({ path }) => path[path.indexOf(party.index) - 1]))
  const shown = forwarded.filter(({ index }) => (chain.virtuals[index]?.amount ?? 0n) > 0n)
  return BigInt(Math.max(trusts * from.size, leaves * shown.length))
}

/** What an honest party is owed: its deposits, less what it signed away, plus what it accepted. */
function owedTo({ scope }: Scene, party: SceneParty, state: MemberState): bigint {
  let owed = -state.paid
  for (const { index, ends } of party.channels) {
    owed += BigInt(scope.deposits[index]?.[ends[0] === party.index ? 0 : 1] ?? 0)
  }
  // What was counted as come without having come is no less owed.
  for (const { surplus } of state.channels) if (surplus > 0n) owed += surplus
  return state.virtuals.reduce((sum, record) => sum + balanceOf(record), owed + state.forgotten)
}

function orders<T>(items: readonly T[]): readonly (readonly T[])[] {
  if (items.length <= 1) return [items]
  return items.flatMap((first, i) => orders(items.toSpliced(i, 1)).map((rest) => [first, ...rest]))
}
