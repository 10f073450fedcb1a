import {
  type Address,
  type AgreeMessage,
  type ChannelTerms,
  checkChannelTerms,
  checkNonceAge,
  checkUnseen,
  emptyInLane,
  emptyOutLane,
  type Id,
  makeNonce,
  NATIVE_TOKEN,
  type Party,
  type ProposeMessage,
  type Refusal,
  type RejectMessage,
  SluiceError,
} from '@sluice/protocol'
import { EngineError } from '../errors.ts'
import { channelOf, isFunded, isUnused, secondsOf } from '../lanes/channel.ts'
import { Waiting } from '../loop/waiting.ts'
import type { Policy } from '../ports/environment.ts'
import type { Tx } from '../ports/tx.ts'
import { isChainStale } from '../watch/stale.ts'
import { advanceChannel, beginChannel, type ChannelBody } from './step.ts'

export interface OpenChannelOptions {
  readonly peer: Address
  /** Where the peer listens; not needed while a session with it stands. */
  readonly url?: string
  /** The peer's account on chain is announced by the peer. */
  readonly token: Address
  /** Base units this side deposits. */
  readonly deposit: bigint
  /** Seconds; default from the policy. */
  readonly disputeWindow?: number
}

function newChannel(tx: Tx, terms: ChannelTerms, peer: Address): ChannelBody {
  return {
    channelId: tx.env.digests.channelId(terms),
    terms,
    self: terms.a.signer === tx.env.self ? 0 : 1,
    peer,
    out: emptyOutLane,
    in: emptyInLane,
    surplus: 0n,
    withdrawals: [],
  }
}

/** Proposes a channel to a peer, whose account is known from its hello. Returns the channel's id. */
export function propose(tx: Tx, options: OpenChannelOptions, account: Address): Id {
  const { env } = tx
  const own: Party = { account: env.account, signer: env.self }
  const peer: Party = { account, signer: options.peer }
  const [a, b] = own.signer < peer.signer ? [own, peer] : [peer, own]
  const terms: ChannelTerms = {
    a,
    b,
    token: options.token,
    disputeWindow: options.disputeWindow ?? env.policy.channelWindowDefault,
    nonce: makeNonce(secondsOf(tx), env.random(4)),
  }
  checkChannelTerms(terms)
  const channel = newChannel(tx, terms, options.peer)
  const { channelId } = channel
  checkUnseen(channelId, tx.chain.knows(channelId) || tx.channels.get(channelId) !== undefined)
  beginChannel(tx, channel, { type: 'openCall' })
  return channelId
}

/**
 * The channel with a peer that an earlier call began and into which nobody has deposited: the same call again goes on with it, as the one
 * before failed on chain or its process ended. Undefined if there is none.
 */
export function begunChannel(tx: Tx, { peer, token, disputeWindow }: OpenChannelOptions): Id | undefined {
  return tx.channelsWith(peer).find((channelId) => {
    const { phase, terms, self } = channelOf(tx, channelId)
    const own = self === 0 ? terms.a : terms.b
    const { any } = tx.chain.channel(channelId)
    return (
      (phase.type === 'proposed' || (phase.type === 'open' && phase.close.type === 'none')) &&
      terms.token === token &&
      terms.disputeWindow === (disputeWindow ?? terms.disputeWindow) &&
      own.account === tx.env.account &&
      any.deposits.every((deposit) => deposit === 0n) &&
      any.closesAt === undefined &&
      any.ended === undefined
    )
  })
}

/** Handles `propose`: agrees, or says why not. */
export function handlePropose(tx: Tx, peer: Address, { terms }: ProposeMessage): void {
  const channel = newChannel(tx, terms, peer)
  const { channelId } = channel
  if (tx.channels.get(channelId)?.peer === peer) {
    advanceChannel(tx, channelId, { type: 'propose', refusal: undefined })
    return
  }
  beginChannel(tx, channel, { type: 'propose', refusal: objectionTo(tx, peer, terms, channelId) })
  makeRoom(tx, channelId)
}

/** Of the channels that nobody has paid into, the oldest go where there are too many. One that is paid into yet is agreed to again. */
function makeRoom(tx: Tx, newest: Id): void {
  if (isChainStale(tx)) return
  for (const [channelId] of tx.unfunded.entries()) {
    if (tx.unfunded.size <= tx.env.policy.unfundedMax || channelId === newest) return
    advanceChannel(tx, channelId, { type: 'evict' })
    // One that signed a close keeps its place in the table until its id is too old, and none in the list.
    tx.unfunded.set(channelId, undefined)
  }
}

/**
 * Whether the id of a proposal is new, or that of a channel in which nothing but deposits happened: this side agreed to it and has forgotten it
 * for want of them. Where this side ever signed in a channel, it remembers it until its id is too old to be proposed.
 */
function isOpenable(tx: Tx, channelId: Id): boolean {
  if (tx.channels.get(channelId) !== undefined) return false
  const { closesAt, ended, any } = tx.chain.channel(channelId)
  return closesAt === undefined && ended === undefined && any.withdrawn[0] + any.withdrawn[1] === 0n
}

/** Why a proposal is not agreed to; undefined if it is. */
function objectionTo(tx: Tx, peer: Address, terms: ChannelTerms, channelId: Id): Refusal | undefined {
  try {
    checkProposal(tx, peer, terms, channelId)
    return undefined
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    return { code: error.code, text: error.message.replaceAll(/[^ -~]/g, '?').slice(0, 256) }
  }
}

function checkProposal(tx: Tx, peer: Address, terms: ChannelTerms, channelId: Id): void {
  const { policy, self, account } = tx.env
  const refuse = (reason: string) => new EngineError('CHANNEL_PROPOSAL_REFUSED', { peer, reason })
  checkChannelTerms(terms)
  const [own, other] = terms.a.signer === self ? [terms.a, terms.b] : [terms.b, terms.a]
  if (own.signer !== self || other.signer !== peer) throw refuse('its signers are not the two ends of this session')
  if (own.account !== account) throw refuse('it names another account for this side')
  if (!policy.acceptChannels) throw refuse('this side takes no channels')
  checkToken(policy, terms.token)
  const { disputeWindow } = terms
  if (disputeWindow < policy.channelWindowMin || disputeWindow > policy.channelWindowMax) {
    throw refuse(`a dispute window is ${policy.channelWindowMin} to ${policy.channelWindowMax} s here`)
  }
  checkNonceAge(terms.nonce, secondsOf(tx), policy.nonceAgeMax)
  checkUnseen(channelId, !isOpenable(tx, channelId))
  if (tx.unfunded.size >= policy.unfundedMax && isChainStale(tx)) throw refuse(NOT_SEEN)
  if (tx.liveChannels(peer) >= policy.channelsPerPeerMax) throw refuse('there are too many channels with it')
  if (tx.liveChannels() - tx.unfunded.size >= policy.channelsMax) throw refuse('there are too many channels here')
}

const NOT_SEEN = 'it cannot be seen now which channels were paid into, so none makes room for another'

/** The text of a refusal is short: it names this many tokens. */
const NAMED_TOKENS = 3

function checkToken({ tokens }: Policy, token: Address): void {
  if (tokens.some((taken) => taken.token === token)) return
  const names = tokens.map((taken) => (taken.token === NATIVE_TOKEN ? 'native' : taken.token))
  const rest = names.length > NAMED_TOKENS ? [`and ${names.length - NAMED_TOKENS} more`] : []
  const taken = [...names.slice(0, NAMED_TOKENS), ...rest].join(', ') || 'none'
  throw new EngineError('CHANNEL_TOKEN_REFUSED', { token, taken })
}

/**
 * The peer may have forgotten this side: what it has to agree to is proposed again. It may agree to a channel that was paid into, since nothing
 * but deposits happened there.
 */
export function proposeAnew(tx: Tx, peer: Address): void {
  for (const channelId of tx.channelsWith(peer)) {
    const channel = channelOf(tx, channelId)
    const { phase, terms } = channel
    const isPaidInto = phase.type === 'open' && (isFunded(tx, channel) || tx.isDepositing(channelId))
    if (phase.type === 'proposed' || isPaidInto) tx.send(peer, { type: 'propose', terms })
  }
}

/**
 * A block shows this side's deposit, or it counts. A peer that has many agreements to keep may have let this one go for want of it: it is asked once more before
 * anything is signed.
 */
export function proposeOnceFunded(tx: Tx, channelId: Id): void {
  const channel = tx.channels.get(channelId)
  if (channel?.phase.type === 'open' && isUnused(channel))
    tx.send(channel.peer, { type: 'propose', terms: channel.terms })
}

/** Handles `agree`. */
export function handleAgree(tx: Tx, peer: Address, { channelId }: AgreeMessage): void {
  if (tx.channels.get(channelId)?.peer === peer) advanceChannel(tx, channelId, { type: 'agree' })
}

/** Handles `reject`. */
export function handleReject(tx: Tx, peer: Address, { channelId, code, text }: RejectMessage): void {
  if (tx.channels.get(channelId)?.peer === peer) advanceChannel(tx, channelId, { type: 'reject', code, text })
}

/**
 * Waits until the peer has agreed to the channel. What it needs to know is in the channel's record.
 *
 * @throws EngineError `CHANNEL_REJECTED`, `CHANNEL_UNANSWERED`; `CHANNEL_UNKNOWN` once the failure was reported.
 */
export function awaitAgreement(tx: Tx, channelId: Id): true | Waiting {
  const { peer, phase } = channelOf(tx, channelId)
  if (phase.type === 'proposed') return new Waiting(`${peer} to agree to the channel`, channelId)
  if (phase.type !== 'failed') return true
  const { reason } = phase
  if (reason.type === 'unanswered') throw new EngineError('CHANNEL_UNANSWERED', { peer })
  throw new EngineError('CHANNEL_REJECTED', { peer, code: reason.code, text: reason.text })
}

/** Forgets why a channel failed to open, once its caller knows. */
export function forgetFailure(tx: Tx, channelId: Id): void {
  if (tx.channels.get(channelId)?.phase.type === 'failed') advanceChannel(tx, channelId, { type: 'failureReported' })
}
