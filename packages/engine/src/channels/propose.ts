import {
  type Address,
  type AgreeMessage,
  type ChannelRecord,
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
  type PartyIndex,
  type ProposeMessage,
  SluiceError,
} from '@sluice/protocol'
import { EngineError } from '../errors.ts'
import { secondsOf } from '../lanes/channel.ts'
import type { Transaction } from '../loop/transaction.ts'
import type { Policy } from '../policy/policy.ts'
import type { Tx } from '../ports/tx.ts'

export interface OpenChannelOptions {
  readonly peer: Address
  /** Where the peer listens; not needed while a session with it stands. */
  readonly url?: string
  /** The peer's account on chain is told by the peer. */
  readonly token: Address
  /** Base units this side deposits. */
  readonly deposit: bigint
  /** Seconds; default from the policy. */
  readonly disputeWindow?: number
}

function newRecord(tx: Tx, terms: ChannelTerms, status: 'proposed' | 'agreed'): ChannelRecord {
  const self: PartyIndex = terms.a.signer === tx.env.self ? 0 : 1
  return {
    channelId: tx.env.digests.channelId(terms),
    terms,
    self,
    peer: (self === 0 ? terms.b : terms.a).signer,
    status,
    wish: 'keep',
    wishedAt: secondsOf(tx),
    out: emptyOutLane,
    in: emptyInLane,
    surplus: 0n,
    withdrawals: [],
  }
}

/** Proposes a channel to a peer, whose account is known from its hello. Returns the channel's id. */
export function propose(tx: Transaction, options: OpenChannelOptions, account: Address): Id {
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
  const record = newRecord(tx, terms, 'proposed')
  checkUnseen(record.channelId, tx.chain.knows(record.channelId) || tx.channels.get(record.channelId) !== undefined)
  tx.channels.set(record.channelId, record)
  tx.send(options.peer, { type: 'propose', terms })
  return record.channelId
}

/** Handles `propose`: agrees, or says why not. */
export function takePropose(tx: Tx, peer: Address, { terms }: ProposeMessage): void {
  const channelId = tx.env.digests.channelId(terms)
  const known = tx.channels.get(channelId)
  if (known?.status === 'agreed' && known.peer === peer) {
    tx.send(peer, { type: 'agree', channelId })
    return
  }
  try {
    checkProposal(tx, peer, terms, channelId)
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    const text = error.message.replaceAll(/[^ -~]/g, '?').slice(0, 256)
    tx.send(peer, { type: 'reject', channelId, code: error.code, text })
    return
  }
  tx.channels.set(channelId, newRecord(tx, terms, 'agreed'))
  tx.send(peer, { type: 'agree', channelId })
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
  checkUnseen(channelId, tx.channels.get(channelId) !== undefined || tx.chain.knows(channelId))
  const isLive = ({ status }: ChannelRecord) => status === 'agreed' || status === 'proposed'
  const withPeer = tx.channelsWith(peer).filter((id) => {
    const channel = tx.channels.get(id)
    return channel !== undefined && isLive(channel)
  })
  if (withPeer.length >= policy.channelsPerPeerMax) throw refuse('there are too many channels with it')
  let live = 0
  for (const [, channel] of tx.channels.entries()) if (isLive(channel)) live += 1
  if (live >= policy.channelsMax) throw refuse('there are too many channels here')
}

/** The text of a refusal is short: it names this many tokens. */
const NAMED_TOKENS = 3

function checkToken({ tokens }: Policy, token: Address): void {
  if (tokens.some((taken) => taken.token === token)) return
  const names = tokens.map((taken) => (taken.token === NATIVE_TOKEN ? 'native' : taken.token))
  const rest = names.length > NAMED_TOKENS ? [`and ${names.length - NAMED_TOKENS} more`] : []
  const taken = [...names.slice(0, NAMED_TOKENS), ...rest].join(', ') || 'none'
  throw new EngineError('CHANNEL_TOKEN_REFUSED', { token, taken })
}

/** Handles `agree`. */
export function takeAgree(tx: Tx, peer: Address, { channelId }: AgreeMessage): void {
  const channel = tx.channels.get(channelId)
  if (channel?.peer !== peer || channel.status !== 'proposed') return
  tx.channels.set(channelId, { ...channel, status: 'agreed' })
}
