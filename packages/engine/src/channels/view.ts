import { type ChannelRecord, closesAlone, cooperativeClose, draftState, isStanding } from '@sluice/protocol'
import { otherParty, ownSpendable, peerSpendable } from '../lanes/channel.ts'
import type { StateView, Tx } from '../ports/tx.ts'
import type { ChannelView } from '../ports/views.ts'
import { lanesOf } from './step.ts'

/** What of the state a view needs; it may be one that was only read. */
type ViewTx = StateView & Pick<Tx, 'connected'>

/** A channel as those outside see it. */
export function channelView(tx: ViewTx, channel: ChannelRecord): ChannelView {
  const { channelId, terms, self, peer, out, in: received } = channel
  const chain = tx.chain.channel(channelId)
  const other = otherParty(self)
  const status = statusOf(tx, channel)
  const waitingFor = waitsFor(tx, channel, status)
  const isDisputed = chain.closesAt !== undefined && chain.ended === undefined
  return {
    channelId,
    peer: self === 0 ? terms.b : terms.a,
    self,
    token: terms.token,
    disputeWindow: terms.disputeWindow,
    status,
    deposits: { own: chain.deposits[self], peer: chain.deposits[other] },
    withdrawn: { own: chain.withdrawn[self], peer: chain.withdrawn[other] },
    paid: { sent: out.current.paid, received: received.current.paid },
    locked: { sent: out.current.locked, received: received.current.locked },
    spendable: {
      own: atLeastZero(ownSpendable(tx, channel, draftState(out))),
      peer: atLeastZero(peerSpendable(tx, channel, received.current)),
    },
    connected: tx.connected(peer),
    ...(isDisputed && { closesAt: chain.closesAt }),
    ...(waitingFor !== undefined && { waitingFor }),
    ...(channel.phase.type === 'frozen' && { frozen: channel.phase.text }),
  }
}

const atLeastZero = (amount: bigint) => (amount > 0n ? amount : 0n)

function statusOf(tx: ViewTx, channel: ChannelRecord): ChannelView['status'] {
  const { closesAt, ended, deposits } = tx.chain.channel(channel.channelId)
  const { phase } = channel
  if (phase.type === 'proposed') return 'proposed'
  if (!isStanding(phase)) return 'closed'
  if (ended === 'settled') return 'settled'
  if (closesAt !== undefined) return 'disputed'
  if (phase.type !== 'open' || phase.close.type !== 'none' || ended === 'closed') return 'closing'
  return deposits[0] + deposits[1] === 0n ? 'funding' : 'open'
}

/** What a stalled channel waits for, in a sentence. */
export function waitsFor(tx: ViewTx, channel: ChannelRecord, status = statusOf(tx, channel)): string | undefined {
  const { channelId, peer, phase } = channel
  const chain = tx.chain.channel(channelId)
  if (phase.type === 'frozen' && status === 'closing') return waitsFrozen(tx, channel)
  switch (status) {
    case 'proposed':
      return `${peer} to agree to the channel`
    case 'funding':
      return 'a final block to hold a deposit'
    case 'closing':
      return waitsToClose(tx, channel)
    case 'disputed':
      return `the dispute window to end at ${chain.closesAt} (Unix seconds), and a final block after that`
    case 'settled':
      return 'the virtual channels of its locks to be final, and their locks to be unlocked'
    case 'open':
    case 'closed':
      return undefined
  }
}

/** One that nobody paid into is not worth a transaction: it is forgotten. */
function waitsFrozen(tx: ViewTx, { channelId }: ChannelRecord): string {
  const { any, ended } = tx.chain.channel(channelId)
  if (ended === 'closed') return 'a final block to hold the close'
  const isForNothing = any.deposits.every((deposit) => deposit === 0n)
  return isForNothing ? 'nothing: nobody paid into it, and it is forgotten' : 'a block to hold the start of the close'
}

function waitsToClose(tx: ViewTx, channel: ChannelRecord): string {
  const { channelId, peer, phase } = channel
  if (tx.chain.channel(channelId).ended === 'closed' || cooperativeClose(phase).type === 'agreed')
    return 'a final block to hold the close'
  if (closesAlone(phase)) return 'a block to hold the start of the close'
  if (lanesOf(channel).states.some(({ locks }) => locks.size > 0)) return 'its virtual channels to be closed'
  if (!tx.connected(peer)) return `${peer} to be reached`
  return `${peer} to sign the close`
}
