import type { ChannelView } from '@sluice/engine'
import type { OpenVirtual } from '@sluice/http'
import type { Address } from '@sluice/protocol'
import { ClientError } from '../errors.ts'

function richest(channels: readonly ChannelView[]): ChannelView | undefined {
  return channels.toSorted((x, y) => (x.spendable.own < y.spendable.own ? 1 : -1))[0]
}

/**
 * The intermediaries of the way to a payee: none over a channel with the payee itself, else the hub of the payee's whose channel
 * with this side can spend most.
 *
 * @throws ClientError `PATH_UNKNOWN`, `PATH_TOO_SMALL`.
 */
export function choosePath(wanted: OpenVirtual, channels: readonly ChannelView[]): readonly Address[] {
  const { payee, token, capacity } = wanted
  const hubs = new Set(wanted.hubs.map(({ signer }) => signer))
  const usable = channels.filter((channel) => channel.status === 'open' && channel.token === token)
  const direct = richest(usable.filter(({ peer }) => peer.signer === payee))
  if (direct !== undefined && direct.spendable.own >= capacity) return []
  const best = richest(usable.filter(({ peer }) => hubs.has(peer.signer))) ?? direct
  if (best === undefined) throw new ClientError('PATH_UNKNOWN', { payee, hubs: [...hubs].join(', ') || 'none' })
  const { peer, spendable } = best
  if (spendable.own < capacity) {
    throw new ClientError('PATH_TOO_SMALL', { needed: capacity, spendable: spendable.own, peer: peer.signer })
  }
  return [peer.signer]
}
