import type { ChannelView, VirtualView, WaitingCall } from '@sluice/engine'
import { type Address, highest, type Id } from '@sluice/protocol'
import type { NodeViews } from '../access/node-views.ts'
import { formatAmount, formatAmountOf } from '../cli/amount.ts'

/** Money of this side that it can not spend now. Base units of the token. */
export interface Hold {
  readonly amount: bigint
  /** What holds it, in words. */
  readonly by: string
  /** The virtual channel that holds it, where one does. */
  readonly virtualId?: Id
  /** Unix second at which it is free at the latest, or, in a dispute, at which its window ends. */
  readonly until?: bigint
}

/** What there is to know of one channel or virtual channel by somebody who does not know the protocol. */
export interface Explanation {
  readonly kind: 'channel' | 'virtual'
  readonly id: Id
  readonly with: Address
  readonly token: Address
  readonly status: string
  /** This side's money in a channel, of which `free` can be spent. None of a virtual channel: its money is in channels. */
  readonly own?: bigint
  readonly free?: bigint
  readonly locked: readonly Hold[]
  /** What happens by itself. */
  readonly next: string
  /** What the user can do, commands among it. */
  readonly actions: readonly string[]
  /** What is wrong and needs somebody. */
  readonly warnings: readonly string[]
}

const isOver = ({ status }: VirtualView): boolean => status === 'closed' || status === 'declined'

/** The neighbours on a virtual channel's path. */
function neighbours({ terms }: VirtualView, self: Address | undefined) {
  const at = self === undefined ? -1 : terms.path.indexOf(self)
  return { previous: terms.path[at - 1], next: at < 0 ? undefined : terms.path[at + 1] }
}

/** The virtual channels that lock this side's money in a channel. */
function lockedBy({ virtuals, signer }: NodeViews, { peer, token }: ChannelView): readonly VirtualView[] {
  return virtuals.filter(
    (virtual) => !isOver(virtual) && virtual.terms.token === token && neighbours(virtual, signer).next === peer.signer,
  )
}

/** This side's money in a channel, base units. */
export function ownMoney({ deposits, withdrawn, paid }: ChannelView): bigint {
  const own = deposits.own - withdrawn.own - paid.sent + paid.received
  return own > 0n ? own : 0n
}

/** What is wrong with the calls on chain for a channel or virtual channel. */
export function chainWarnings({ source }: NodeViews, ids: readonly Id[]): readonly string[] {
  if (source.type !== 'node') return []
  const { defence, balance } = source.status
  return defence.waiting.filter(({ id }) => ids.includes(id)).flatMap((call) => callWarning(call, balance))
}

function callWarning({ call, cost, deadline, problem }: WaitingCall, balance: bigint | undefined): readonly string[] {
  const late = deadline === undefined ? '' : `; after ${timeText(deadline)} it comes too late`
  if (balance !== undefined && balance < cost) {
    const missing = `the account has ${formatAmount(balance)} for gas, and ${call} costs some ${formatAmount(cost)}`
    return [`${missing}: send at least ${formatAmount(cost - balance)} to it${late}`]
  }
  return problem === undefined ? [] : [`the call ${call} on chain fails: ${problem}${late}`]
}

/** A Unix second for people. */
export const timeText = (seconds: bigint): string => new Date(Number(seconds) * 1000).toISOString()

/** Explains a channel. */
export function explainChannel(views: NodeViews, channel: ChannelView): Explanation {
  const { channelId, peer, token, status, spendable, frozen } = channel
  const locking = lockedBy(views, channel)
  const ids = [channelId, ...locking.map(({ virtualId }) => virtualId)]
  return {
    kind: 'channel',
    id: channelId,
    with: peer.signer,
    token,
    status: frozen === undefined ? status : `${status}, frozen`,
    own: status === 'closed' ? 0n : ownMoney(channel),
    free: isUsable(channel) ? spendable.own : 0n,
    locked: isUsable(channel) ? usedHolds(channel, locking) : closingHolds(channel),
    next: nextOf(channel, locking),
    actions: actionsOf(views, channel, locking),
    warnings: [...frozenWarning(channel), ...chainWarnings(views, ids), ...absenceWarning(views, channel)],
  }
}

const isUsable = ({ status, frozen }: ChannelView): boolean => status === 'open' && frozen === undefined

function usedHolds(channel: ChannelView, locking: readonly VirtualView[]): readonly Hold[] {
  const holds = locking.map(({ virtualId, terms, amount, until, role }) => ({
    amount: terms.capacity,
    by: `virtual channel ${virtualId} to ${terms.path.at(-1)}, ${role === 'hub' ? 'forwarded' : `${formatAmountOf(terms.token, amount)} of it paid`}`,
    virtualId,
    until,
  }))
  const named = holds.reduce((sum, { amount }) => sum + amount, 0n)
  const rest = channel.locked.sent - named
  const back = ownMoney(channel) - channel.locked.sent - channel.spendable.own
  return [
    ...holds,
    ...(rest > 0n ? [{ amount: rest, by: "hubs' fees, and locks that the peer has yet to let go" }] : []),
    ...(back > 0n
      ? [{ amount: back, by: 'a withdrawal under way, or payments that wait for a countersignature' }]
      : []),
  ]
}

function closingHolds(channel: ChannelView): readonly Hold[] {
  const amount = ownMoney(channel)
  if (channel.status === 'closed' || amount === 0n) return []
  const until = channel.closesAt === undefined ? {} : { until: channel.closesAt }
  return [
    {
      amount,
      by: channel.status === 'disputed' ? 'the dispute on chain' : `the channel, which is ${channel.status}`,
      ...until,
    },
  ]
}

function nextOf({ status, waitingFor, closesAt, peer }: ChannelView, locking: readonly VirtualView[]): string {
  switch (status) {
    case 'open': {
      if (waitingFor !== undefined) return waitingFor
      const last = highest(0n, ...locking.map(({ until }) => until))
      return last === 0n
        ? 'nothing has to happen'
        : `what is locked is free at the latest some time after ${timeText(last)}`
    }
    case 'closed':
      return 'it is over: what was left of the money is back'
    case 'disputed':
      return `until ${closesAt === undefined ? 'the window ends' : timeText(closesAt)} both sides may show newer states; then the money is paid out, which this node asks for while it runs`
    case 'proposed':
      return `waits for ${peer.signer} to agree; nothing was deposited`
    default:
      return `waits for ${waitingFor ?? 'the chain'}`
  }
}

function actionsOf({ source }: NodeViews, channel: ChannelView, locking: readonly VirtualView[]): readonly string[] {
  const { channelId, status, frozen, disputeWindow, peer } = channel
  const keep = source.type === 'node' ? 'keep the node running' : 'start a node, and keep it running: `sluice node`'
  switch (status) {
    case 'proposed':
    case 'funding':
      return [`go on with it: \`sluice channel open --peer ${peer.signer} --deposit <amount>\``]
    case 'open':
      if (frozen !== undefined) return [keep]
      return [
        ...(locking.length === 0 ? [] : ['close what is not needed any more: `sluice virtual close <id>`']),
        `get the money back: \`sluice channel close ${channelId}\``,
      ]
    case 'closing':
      return frozen === undefined
        ? [
            `${keep}, or leave alone, which takes the window of ${disputeWindow} s: \`sluice channel close ${channelId} --mode unilateral\``,
          ]
        : [keep]
    case 'disputed':
    case 'settled':
      return [`${keep} until it is closed`]
    case 'closed':
      return []
  }
}

function frozenWarning({ frozen }: ChannelView): readonly string[] {
  return frozen === undefined ? [] : [`frozen: ${frozen}. Nothing new is signed in it, and it is closed on chain`]
}

function absenceWarning({ source }: NodeViews, { status, connected, peer }: ChannelView): readonly string[] {
  if (source.type !== 'node' || connected || status === 'closed') return []
  return [`${peer.signer} is not connected: no payment goes by it meanwhile`]
}

/** Explains a virtual channel. */
export function explainVirtual(views: NodeViews, virtual: VirtualView): Explanation {
  const { virtualId, terms, role, status, amount, until, waitingFor } = virtual
  const { previous, next } = neighbours(virtual, views.signer)
  const holds = !isOver(virtual) && next !== undefined
  return {
    kind: 'virtual',
    id: virtualId,
    with: (role === 'payee' ? previous : next) ?? terms.path[0] ?? (terms.token as Address),
    token: terms.token,
    status,
    locked: holds
      ? [
          {
            amount: terms.capacity,
            by: `this virtual channel, in the channel with ${next}; ${formatAmountOf(terms.token, amount)} of it paid`,
            virtualId,
            until,
          },
        ]
      : [],
    next: virtualNext(virtual, waitingFor),
    actions: virtualActions(virtual),
    warnings: chainWarnings(views, [virtualId]),
  }
}

function virtualNext({ status, until }: VirtualView, waitingFor: string | undefined): string {
  switch (status) {
    case 'closed':
      return 'it is over'
    case 'declined':
      return 'it is over: a hub declined it, and what was locked is free'
    case 'disputed':
      return `its outcome is being found on chain: waits for ${waitingFor ?? 'its window to end'}`
    case 'open':
      return `it is closed by itself some time before ${timeText(until)}, and what was not paid is free`
    default:
      return `waits for ${waitingFor ?? 'the other members'}; at ${timeText(until)} at the latest the chain decides`
  }
}

function virtualActions({ status, role, virtualId }: VirtualView): readonly string[] {
  const isOpen = status === 'open' || status === 'opening'
  return isOpen && role !== 'hub' ? [`close it now: \`sluice virtual close ${virtualId}\``] : []
}
