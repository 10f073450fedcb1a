import {
  type Address,
  type ChannelChainContext,
  type ChannelContext,
  type ChannelEffect,
  type ChannelEvent,
  type ChannelLanesContext,
  type ChannelLife,
  type ChannelRecord,
  type Close,
  draftState,
  type Hex,
  type Id,
  stepChannel,
} from '@sluice/protocol'
import { EngineError } from '../errors.ts'
import { channelOf, finalTime, isFunded, isUnused, secondsOf } from '../lanes/channel.ts'
import { processVirtualAtEnd, requestClose } from '../locks/advance.ts'
import type { Tx } from '../ports/tx.ts'
import { isChainStale } from '../watch/stale.ts'
import { holdsOwn } from './settled.ts'

/** A channel but for its phase. */
export type ChannelBody = Omit<ChannelRecord, 'phase'>

/** What both lanes say, by what is newest here. */
export function lanesOf(channel: ChannelBody): ChannelLanesContext {
  const { self, out, in: received } = channel
  const own = draftState(out)
  return {
    states: self === 0 ? [own, received.current] : [received.current, own],
    isQuiet: out.draft === undefined && !out.updates.some(({ status }) => status === 'sent'),
    isUnused: isUnused(channel),
  }
}

/** Whether the answer of a virtual channel whose incoming lock is on chain is waited for: it was asked for, or this side will ask. */
function isAwaited(tx: Tx, virtualId: Id): boolean {
  if (tx.chain.virtual(virtualId).finalAt !== undefined) return true
  const record = tx.virtuals.get(virtualId)
  return record !== undefined && tx.env.roles.of(record.role).isIncomingAtStake(tx, record)
}

function chainOf(tx: Tx, channel: ChannelBody): ChannelChainContext {
  const { channelId } = channel
  const { closesAt, ended, endedFinal, final } = tx.chain.channel(channelId)
  const isLive = closesAt === undefined && ended === undefined
  return {
    state: isLive ? 'live' : ended === undefined ? 'closing' : 'ended',
    isOver:
      endedFinal === 'closed' ||
      (endedFinal === 'settled' && !holdsOwn(channel, final, tx.chain, (virtualId) => isAwaited(tx, virtualId))),
    isFunded: isFunded(tx, channel) || tx.isDepositing(channelId),
    isStale: isChainStale(tx),
  }
}

function contextOf(tx: Tx, channel: ChannelBody): ChannelContext {
  return {
    channelId: channel.channelId,
    nonce: channel.terms.nonce,
    now: secondsOf(tx),
    finalTime: finalTime(tx),
    isConnected: tx.connected(channel.peer),
    lanes: lanesOf(channel),
    chain: chainOf(tx, channel),
    holdsVirtuals: tx.holdsVirtuals(channel.channelId),
    limits: tx.env.policy,
  }
}

type Handlers = {
  readonly [T in ChannelEffect['type']]: (
    tx: Tx,
    channel: ChannelBody,
    effect: Extract<ChannelEffect, { readonly type: T }>,
  ) => void
}

/** How the machine's effects are carried out. */
const handlers: Handlers = {
  sendPropose: (tx, { peer, terms }) => tx.send(peer, { type: 'propose', terms }),
  sendAgree: (tx, { peer, channelId }) => tx.send(peer, { type: 'agree', channelId }),
  sendReject: (tx, { peer, channelId }, { code, text }) => tx.send(peer, { type: 'reject', channelId, code, text }),
  signClose: (tx, { peer }, { close }) => tx.send(peer, { type: 'close', close, signature: signClose(tx, close) }),
  signCloseAnswer(tx, { peer }, { close }) {
    tx.send(peer, { type: 'closeAnswer', close, answer: { type: 'signed', signature: signClose(tx, close) } })
  },
  refuseClose(tx, { peer, channelId }, { close, code }) {
    tx.env.log.info('close refused', { peer, channelId, code })
    tx.send(peer, { type: 'closeAnswer', close, answer: { type: 'refused', code } })
  },
  refuseCall(_tx, { peer, channelId }, { code, reason }) {
    if (code === 'CLOSE_REFUSED') throw new EngineError(code, { peer, channelId, code: reason })
    throw new EngineError(code, { channelId, status: reason })
  },
  dropDeposits: (tx, { channelId }) => tx.dropDeposits(channelId),
  closeLocks(tx, { channelId }) {
    for (const virtualId of tx.virtualsOn(channelId)) {
      const record = tx.virtuals.get(virtualId)
      if (record !== undefined) requestClose(tx, record)
    }
  },
  processLocks(tx, { channelId }) {
    for (const virtualId of tx.virtualsOn(channelId)) processVirtualAtEnd(tx, virtualId)
  },
  warn: (tx, { channelId, peer }, { text }) => tx.env.log.warn(text, { channelId, peer }),
}

function carryOut(tx: Tx, channel: ChannelBody, effect: ChannelEffect): void {
  // The handler of this very effect: the two are tied by the type's name, which the compiler cannot follow.
  const handle = handlers[effect.type] as (tx: Tx, channel: ChannelBody, effect: ChannelEffect) => void
  handle(tx, channel, effect)
}

function signClose({ env }: Tx, close: Close): Hex {
  return env.signer.sign(env.digests.close(close))
}

/** Keeps the list of channels that nobody has paid into, in the order in which they came. */
export function trackFunding(tx: Tx, channelId: Id): void {
  const channel = tx.channels.get(channelId)
  const isWaiting =
    channel?.phase.type === 'open' && isUnused(channel) && !isFunded(tx, channel) && !tx.isDepositing(channelId)
  if (isWaiting !== (tx.unfunded.get(channelId) !== undefined)) {
    tx.unfunded.set(channelId, isWaiting ? { channelId } : undefined)
  }
}

/** Makes one step of a channel: writes the phase, then carries out the effects. Returns the phase. */
function step(tx: Tx, channel: ChannelBody, phase: ChannelLife, event: ChannelEvent): ChannelLife {
  const { phase: after, effects, name } = stepChannel(phase, event, contextOf(tx, channel))
  const { channelId, peer } = channel
  if (after !== phase) {
    tx.channels.set(channelId, after.type === 'absent' ? undefined : { ...channel, phase: after })
    trackFunding(tx, channelId)
    if (after.type === 'absent') tx.standings.set(channelId, undefined)
    if (after.type === 'absent' || after.type === 'ended') tx.forgetPeer(peer)
    tx.env.log.debug('channel', { channelId, peer, event: event.type, transition: name, phase: after.type })
  }
  for (const effect of effects) carryOut(tx, channel, effect)
  return after
}

/** Makes the record of a new channel, if the machine takes it. */
export function beginChannel(
  tx: Tx,
  channel: ChannelBody,
  event: Extract<ChannelEvent, { type: 'openCall' | 'propose' }>,
): void {
  step(tx, channel, { type: 'absent' }, event)
}

/**
 * Gives a channel an event.
 *
 * @param peer Who must be its other end, if somebody in particular speaks of it.
 * @throws EngineError `CHANNEL_UNKNOWN`, and for a call what the machine refuses: `CHANNEL_NOT_OPEN`, `CLOSE_REFUSED`.
 */
export function advanceChannel(tx: Tx, channelId: Id, event: ChannelEvent, peer?: Address): void {
  const { phase, ...channel } = channelOf(tx, channelId, peer)
  step(tx, channel, phase, event)
}

/** Does all that is due for a channel: steps until nothing changes. Doing it twice changes nothing more. */
export function processChannel(tx: Tx, channelId: Id): void {
  for (;;) {
    const found = tx.channels.get(channelId)
    if (found === undefined) return
    const { phase, ...channel } = found
    if (step(tx, channel, phase, { type: 'contextChanged' }) === phase) return
  }
}
