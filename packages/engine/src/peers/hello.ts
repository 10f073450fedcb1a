import {
  type Address,
  type ChannelRecord,
  type ChannelStanding,
  type HelloFrame,
  MAX_HELLO_CHANNELS,
} from '@sluice/protocol'
import type { Transaction } from '../loop/transaction.ts'
import { newPeer } from '../records/peer.ts'
import type { State } from '../records/state.ts'

const lives = ({ status }: ChannelRecord) => status === 'agreed'

function standing(record: ChannelRecord): ChannelStanding {
  return {
    channelId: record.channelId,
    sent: record.out.nextSeq - 1n,
    received: record.in.current.seq,
    countersigned: record.in.base.state.seq,
    held: record.out.base.state.seq,
  }
}

/** What a hello says beside the state. `oldest`: lowest number kept to send again. */
export type OwnHello = Pick<HelloFrame, 'oldest' | 'account' | 'features'>

/** The hello by what is durable. */
export function makeHello(state: State, peer: Address, own: OwnHello): HelloFrame {
  const { expected } = state.peers.committed(peer) ?? newPeer(peer)
  const channels: ChannelStanding[] = []
  for (const channelId of state.channels.named(peer)) {
    const record = state.channels.committed(channelId)
    if (record !== undefined && lives(record)) channels.push(standing(record))
  }
  channels.sort((x, y) => (x.channelId < y.channelId ? -1 : 1))
  return { kind: 'hello', next: expected, ...own, channels: channels.slice(0, MAX_HELLO_CHANNELS) }
}

/** What in a peer's hello shows that one of the two lost data; undefined if nothing does. `acked`: highest number that the peer acknowledged. */
export function findLoss(tx: Transaction, peer: Address, hello: HelloFrame, acked: bigint): string | undefined {
  const record = tx.state.peers.get(peer) ?? newPeer(peer)
  if (hello.next > record.next) return `it expects message ${hello.next}, and ${record.next - 1n} were sent`
  if (hello.next <= acked) return `it expects message ${hello.next} again, which it acknowledged`
  if (hello.oldest > record.expected) return `it no longer has message ${record.expected}, which never arrived`
  for (const told of hello.channels) {
    const channel = tx.channels.get(told.channelId)
    const loss = channel?.peer === peer && lives(channel) ? findChannelLoss(channel, told) : undefined
    if (loss !== undefined) return `channel ${told.channelId}: ${loss}`
  }
  return undefined
}

function findChannelLoss(record: ChannelRecord, told: ChannelStanding): string | undefined {
  const own = standing(record)
  const accepted = record.out.updates.findLast(({ status }) => status === 'accepted')?.state.seq ?? own.held
  if (told.sent < own.received) return `it signed up to ${told.sent}, and ${own.received} was received`
  if (told.received > own.sent) return `it received ${told.received}, and up to ${own.sent} was signed`
  if (told.received < accepted) return `it received up to ${told.received}, and had accepted ${accepted}`
  if (told.countersigned < own.held) return `it countersigned ${told.countersigned}, and ${own.held} is held`
  if (told.held > own.countersigned) return `it holds ${told.held} countersigned, and ${own.countersigned} was`
  return undefined
}
