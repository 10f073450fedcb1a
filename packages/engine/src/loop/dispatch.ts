import type { Address, ChannelRecord, Id, PeerMessage, VirtualRecord } from '@sluice/protocol'
import type { Environment } from '../ports/environment.ts'
import type { Flow, Offer, Tx } from '../ports/tx.ts'

type Handler = (tx: Tx, peer: Address, message: PeerMessage) => void

/** Several flows as one. A message type is handled by one flow; everything else goes to all, in order. */
export interface Flows {
  message(tx: Tx, peer: Address, message: PeerMessage): void
  connected(tx: Tx, peer: Address): void
  channelChain(tx: Tx, channelId: Id): void
  virtualChain(tx: Tx, virtualId: Id): void
  channelDue(record: ChannelRecord, env: Environment): number | undefined
  channelTimer(tx: Tx, channelId: Id): void
  virtualDue(record: VirtualRecord, env: Environment): number | undefined
  virtualTimer(tx: Tx, virtualId: Id): void
  offerDue(offer: Offer, env: Environment): number | undefined
  offerTimer(tx: Tx, virtualId: Id): void
}

function earliest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined)
  return known.length === 0 ? undefined : Math.min(...known)
}

/** The channel whose lane a message moves. */
function movedBy(message: PeerMessage): Id | undefined {
  if (message.type === 'update') return message.update.voucher.channelId
  return message.type === 'accepted' || message.type === 'refuse' ? message.channelId : undefined
}

/** Puts flows together. */
export function joinFlows(flows: readonly Flow[]): Flows {
  const handlers = new Map<string, Handler>()
  for (const { messages } of flows) {
    for (const [type, handler] of Object.entries(messages ?? {})) handlers.set(type, handler as Handler)
  }
  const forEachFlow = (call: (flow: Flow) => void) => {
    for (const flow of flows) call(flow)
  }
  return {
    message(tx, peer, message) {
      handlers.get(message.type)?.(tx, peer, message)
      const moved = movedBy(message)
      if (moved !== undefined) forEachFlow((flow) => flow.laneMoved?.(tx, moved))
    },
    connected: (tx, peer) => forEachFlow((flow) => flow.connected?.(tx, peer)),
    channelChain: (tx, channelId) => forEachFlow((flow) => flow.channelChain?.(tx, channelId)),
    virtualChain: (tx, virtualId) => forEachFlow((flow) => flow.virtualChain?.(tx, virtualId)),
    channelDue: (record, env) => earliest(flows.map((flow) => flow.channelDue?.(record, env))),
    channelTimer: (tx, channelId) => forEachFlow((flow) => flow.channelTimer?.(tx, channelId)),
    virtualDue: (record, env) => earliest(flows.map((flow) => flow.virtualDue?.(record, env))),
    virtualTimer: (tx, virtualId) => forEachFlow((flow) => flow.virtualTimer?.(tx, virtualId)),
    offerDue: (offer, env) => earliest(flows.map((flow) => flow.offerDue?.(offer, env))),
    offerTimer: (tx, virtualId) => forEachFlow((flow) => flow.offerTimer?.(tx, virtualId)),
  }
}
