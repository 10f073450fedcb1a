import { type Address, type Id, NATIVE_TOKEN, ProtocolError } from '@sluice/protocol'
import type { ChainReader, ChannelChain, ChannelFacts } from '../../../ports/chain-view.ts'
import { noChannelFacts } from '../../../watch/facts.ts'
import type { ContractCall } from '../../contract/calls.ts'
import { execute } from '../../contract/contract.ts'
import { addTo, emptyLedger, heldOf, type Ledger, type ModelChannel, type ModelVirtual } from '../../contract/ledger.ts'
import { Refusal } from '../../contract/refusal.ts'
import { LATE, NOW, PAST_DEADLINES, type Scene, type SceneParty } from './scene.ts'

/** The chain's state, as far as a search tells states apart. */
export interface ChainState {
  /** By the scene's order. */
  readonly channels: readonly (ModelChannel | undefined)[]
  readonly virtuals: readonly (ModelVirtual | undefined)[]
  /** What each honest party was paid, base units; 0 for thieves, whose money concerns nobody. */
  readonly balances: readonly bigint[]
  /** Whether every deadline that was signed has passed. */
  readonly isPastDeadlines: boolean
}

/** What one party sees of the chain: its own channels and virtual channels. */
export interface ChainSight {
  readonly channels: readonly (ModelChannel | undefined)[]
  readonly virtuals: readonly (ModelVirtual | undefined)[]
  readonly isPastDeadlines: boolean
}

/** A window that is over ends here, so that it is over at any time. */
const LONG_AGO = 0n

/** The state after all deposits. */
export function firstChain(scene: Scene): ChainState {
  const ledger = emptyLedger()
  for (const { index, terms } of scene.channels) {
    for (const party of [0, 1] as const) {
      const value = BigInt(scene.scope.deposits[index]?.[party] ?? 0)
      if (value === 0n) continue
      const sender = (party === 0 ? terms.a : terms.b).account
      addTo(ledger.balances, NATIVE_TOKEN, sender, value)
      execute(contextOf(scene, ledger, sender), { type: 'depositWithValue', terms, party, value })
    }
  }
  return stateOf(scene, ledger, false)
}

const contextOf = ({ digests, crypto }: Scene, ledger: Ledger, sender: Address, isPastDeadlines = false) => {
  return { ledger, sender, time: isPastDeadlines ? PAST_DEADLINES : NOW, digests, crypto }
}

function ledgerOf(scene: Scene, state: ChainState): Ledger {
  const ledger = emptyLedger()
  for (const [i, { channelId }] of scene.channels.entries()) {
    const channel = state.channels[i]
    if (channel !== undefined) ledger.channels.set(channelId, channel)
  }
  for (const [i, { virtualId }] of scene.virtuals.entries()) {
    const virtual = state.virtuals[i]
    if (virtual !== undefined) ledger.virtuals.set(virtualId, virtual)
  }
  for (const { index, signer } of scene.parties) {
    addTo(ledger.balances, NATIVE_TOKEN, signer.address, state.balances[index] ?? 0n)
  }
  const held = [...ledger.channels.values()].reduce((sum, channel) => sum + heldBy(channel), 0n)
  addTo(ledger.balances, NATIVE_TOKEN, scene.digests.domain.contract, held)
  return ledger
}

/** What the contract still holds for a channel. */
function heldBy({ status, deposits, withdrawn, pools }: ModelChannel): bigint {
  if (status === 'closed') return 0n
  if (status === 'settled') return pools[0] + pools[1]
  return deposits[0] + deposits[1] - withdrawn[0] - withdrawn[1]
}

function stateOf(scene: Scene, ledger: Ledger, isPastDeadlines: boolean): ChainState {
  return {
    channels: scene.channels.map(({ channelId }) => ledger.channels.get(channelId)),
    virtuals: scene.virtuals.map(({ virtualId }) => ledger.virtuals.get(virtualId)),
    balances: scene.parties.map(({ isThief, signer }) =>
      isThief ? 0n : heldOf(ledger.balances, NATIVE_TOKEN, signer.address),
    ),
    isPastDeadlines,
  }
}

/** The state after a call of the contract; undefined if it refuses it. */
export function callContract(
  scene: Scene,
  state: ChainState,
  sender: Address,
  call: ContractCall,
): ChainState | undefined {
  const ledger = ledgerOf(scene, state)
  try {
    execute(contextOf(scene, ledger, sender, state.isPastDeadlines), call)
  } catch (error) {
    if (error instanceof Refusal || error instanceof ProtocolError) return undefined
    throw error
  }
  return stateOf(scene, ledger, state.isPastDeadlines)
}

/** The state once a virtual channel's window is over. */
export function endVirtual(state: ChainState, index: number): ChainState {
  const virtual = state.virtuals[index]
  if (virtual === undefined) throw new RangeError(`window ${index} never began`)
  return { ...state, virtuals: state.virtuals.with(index, { ...virtual, finalAt: LONG_AGO }) }
}

/** The state once a channel's window is over and anybody has settled it. */
export function endChannel(scene: Scene, state: ChainState, index: number): ChainState {
  const channel = state.channels[index]
  const terms = scene.channels[index]?.terms
  if (channel === undefined || terms === undefined) throw new RangeError(`window ${index} never began`)
  const over = { ...state, channels: state.channels.with(index, { ...channel, closesAt: LONG_AGO }) }
  const settled = callContract(scene, over, terms.a.account, { type: 'settle', terms, locks: channel.lanes })
  if (settled === undefined) throw new RangeError(`channel ${index} cannot be settled`)
  return settled
}

/** Whether the window of a virtual channel is over. */
export const isVirtualFinal = (virtual: ModelVirtual | undefined): boolean => virtual?.finalAt === LONG_AGO

/** What a party can see now. */
export function sightOf(scene: Scene, state: ChainState, party: SceneParty): ChainSight {
  const isOwn = (own: readonly { readonly index: number }[], index: number) => own.some((one) => one.index === index)
  return {
    channels: scene.channels.map(({ index }, i) => (isOwn(party.channels, index) ? state.channels[i] : undefined)),
    virtuals: state.virtuals.map((virtual, i) => (isOwn(party.virtuals, i) ? virtual : undefined)),
    isPastDeadlines: state.isPastDeadlines,
  }
}

function factsOf(channelId: Id, channel: ModelChannel): ChannelFacts {
  const { status, deposits, withdrawn, closesAt, lanes, pools, unlocked } = channel
  const isOver = status === 'settled' || status === 'closed'
  return {
    ...noChannelFacts(channelId),
    deposits,
    withdrawn,
    shown: lanes,
    ...((status === 'closing' || status === 'settled') && { closesAt: status === 'settled' ? NOW : closesAt }),
    ...(isOver && { ended: status }),
    ...(status === 'settled' && { pools }),
    unlocked: [...unlocked].map((key) => {
      const [lane, slot] = key.split('/').map(Number)
      return { lane: lane === 1 ? 1 : 0, slot: slot ?? 0 }
    }),
  }
}

function channelChainOf(channelId: Id, channel: ModelChannel | undefined): ChannelChain {
  const facts = channel === undefined ? noChannelFacts(channelId) : factsOf(channelId, channel)
  return {
    deposits: facts.deposits,
    withdrawn: facts.withdrawn,
    closesAt: facts.closesAt,
    shown: [facts.shown[0].seq, facts.shown[1].seq],
    ended: facts.ended,
    endedFinal: facts.ended,
    any: facts,
    final: facts,
  }
}

/**
 * The chain as the engine reads it. Every block is final at once.
 *
 * @param isLate Whether this party waited for others for as long as it ever does.
 */
export function readerOf(scene: Scene, sight: ChainSight, isLate: boolean): ChainReader {
  const final = sight.isPastDeadlines ? PAST_DEADLINES : NOW
  const head = isLate && final < LATE ? LATE : final
  const chains = new Map<Id, ChannelChain>()
  const channelAt = (id: Id) => sight.channels[scene.channels.findIndex((one) => one.channelId === id)]
  const virtualAt = (id: Id) => sight.virtuals[scene.virtuals.findIndex((one) => one.virtualId === id)]
  return {
    head: { number: 1n, timestamp: head },
    final: { number: 1n, timestamp: final },
    isDoubted: false,
    channel(channelId) {
      const known = chains.get(channelId) ?? channelChainOf(channelId, channelAt(channelId))
      chains.set(channelId, known)
      return known
    },
    virtual(virtualId) {
      const virtual = virtualAt(virtualId)
      const isFinal = isVirtualFinal(virtual)
      return {
        finalAt: isFinal ? NOW : virtual?.finalAt,
        redeemed: virtual?.amount ?? 0n,
        finalAmount: isFinal ? virtual?.amount : undefined,
      }
    },
    knows: (id) => channelAt(id) !== undefined || virtualAt(id) !== undefined,
  }
}
