import {
  type Address,
  type ChannelRecord,
  type ChannelStanding,
  type HelloFrame,
  type Id,
  isStanding,
  MAX_HELLO_CHANNELS,
} from '@sluice/protocol'
import type { Transaction } from '../loop/transaction.ts'
import { channelNames } from '../records/channel-names.ts'
import { newPeer } from '../records/peer.ts'
import type { State } from '../records/state.ts'

function standingOf(record: ChannelRecord): ChannelStanding {
  return {
    channelId: record.channelId,
    sent: record.out.nextSeq - 1n,
    received: record.in.current.seq,
    countersigned: record.in.base.state.seq,
    held: record.out.base.state.seq,
  }
}

/** What a hello says beside the state. `oldest`: lowest number kept to send again. */
export type HelloParts = Pick<HelloFrame, 'oldest' | 'account' | 'features'>

/** The hello by what is durable. */
export function createHello(state: State, peer: Address, parts: HelloParts): HelloFrame {
  const { expected } = state.peers.committed(peer) ?? newPeer(peer)
  const channels: ChannelStanding[] = []
  for (const channelId of state.channels.named(channelNames.with(peer))) {
    const record = state.channels.committed(channelId)
    if (record !== undefined && isStanding(record.phase)) channels.push(standingOf(record))
  }
  channels.sort((x, y) => (x.channelId < y.channelId ? -1 : 1))
  return { kind: 'hello', next: expected, ...parts, channels: channels.slice(0, MAX_HELLO_CHANNELS) }
}

/** The hello of one that remembers nothing of the peer. */
export function freshHello(parts: HelloParts): HelloFrame {
  return { kind: 'hello', next: 1n, ...parts, channels: [] }
}

/** What in a peer's hello shows that one of the two lost data; undefined if nothing does. `acknowledged`: highest number that the peer acknowledged. */
export function findLoss(tx: Transaction, peer: Address, hello: HelloFrame, acknowledged: bigint): string | undefined {
  const record = tx.state.peers.get(peer) ?? newPeer(peer)
  if (hello.next > record.next) return `it expects message ${hello.next}, and ${record.next - 1n} were sent`
  if (hello.next <= acknowledged) return `it expects message ${hello.next} again, which it acknowledged`
  if (hello.oldest > record.expected) return `it no longer has message ${record.expected}, which never arrived`
  for (const standing of hello.channels) {
    const channel = tx.channels.get(standing.channelId)
    const loss = channel?.peer === peer && isStanding(channel.phase) ? findChannelLoss(channel, standing) : undefined
    if (loss !== undefined) return `channel ${standing.channelId}: ${loss}`
  }
  return undefined
}

/**
 * What is lost with a peer that remembers nothing of this side; undefined if nothing is: nothing that it accepted or signed counts here, and
 * what this side signed is still on its way.
 *
 * @param updates How many updates wait to be sent, by channel.
 */
export function findForgotten(tx: Transaction, peer: Address, updates: ReadonlyMap<Id, number>): string | undefined {
  for (const channelId of tx.channelsWith(peer)) {
    const channel = tx.channels.get(channelId)
    if (channel === undefined || !isStanding(channel.phase)) continue
    const { out, in: received } = channel
    const isHeard = received.current.seq > 0n || received.refusedThrough > 0n || out.base.state.seq > 0n
    const isOnItsWay = out.updates.length === (updates.get(channelId) ?? 0)
    if (isHeard || !isOnItsWay) return `channel ${channelId}: it remembers nothing of it`
  }
  return undefined
}

function findChannelLoss(record: ChannelRecord, theirs: ChannelStanding): string | undefined {
  const own = standingOf(record)
  const accepted = record.out.updates.findLast(({ status }) => status === 'accepted')?.state.seq ?? own.held
  if (theirs.sent < own.received) return `it signed up to ${theirs.sent}, and ${own.received} was received`
  if (theirs.received > own.sent) return `it received ${theirs.received}, and up to ${own.sent} was signed`
  if (theirs.received < accepted) return `it received up to ${theirs.received}, and had accepted ${accepted}`
  if (theirs.countersigned < own.held) return `it countersigned ${theirs.countersigned}, and ${own.held} is held`
  if (theirs.held > own.countersigned) return `it holds ${theirs.held} countersigned, and ${own.countersigned} was`
  return undefined
}
