import type { ChannelView } from '@sluice/engine'
import type { OpenedVirtual, OpenVirtual, Payer } from '@sluice/http'
import type { Id } from '@sluice/protocol'
import { formatAmount } from '../config/amount.ts'
import { NodeError } from '../errors.ts'
import type { NodeApi, NodeInfo } from '../rpc/methods.ts'

/** What a download has cost so far. */
export interface Spending {
  /** Payments signed, the first voucher included. */
  payments: number
  /** Base units paid to the provider, cumulative. */
  paid: bigint
  /** Base units paid to the hubs. */
  fees: bigint
  /** When the virtual channel was asked for; milliseconds of the clock given. */
  openedAt: number | undefined
  /** The hubs on the way. */
  hubs: readonly string[]
}

/** Whoever pays for a download. */
export interface Purse {
  readonly payer: Payer
  readonly spending: Spending
  /** Why a virtual channel came to nothing, where its hub said so. */
  readonly explain: (virtualId: Id) => Promise<NodeError | undefined>
}

/** Pays for a download out of a node's channels. `now` in milliseconds. */
export function createPurse(node: NodeApi, info: NodeInfo, now: () => number): Purse {
  const spending: Spending = { payments: 0, paid: 0n, fees: 0n, openedAt: undefined, hubs: [] }
  const payer: Payer = {
    network: `eip155:${info.chainId}`,
    contract: info.contract,
    open: async (wanted) => {
      const hubs = choosePath(wanted, await node.call('channel.list', {}))
      spending.hubs = hubs.map(({ peer }) => peer.signer)
      spending.openedAt = now()
      const opened = await openVirtual(node, wanted, hubs)
      spending.payments += 1
      spending.paid = opened.first.voucher.amount
      spending.fees = opened.fees
      return opened
    },
    pay: async (virtualId, total) => {
      if (total <= spending.paid) return
      await node.call('virtual.pay', { virtualId, total })
      spending.payments += 1
      spending.paid = total
    },
    close: async (virtualId) => {
      await node.call('virtual.close', { virtualId })
    },
  }
  const explain = async (virtualId: Id) => {
    const virtuals = await node.call('virtual.list', {})
    const isDeclined = virtuals.some((virtual) => virtual.virtualId === virtualId && virtual.status === 'declined')
    return isDeclined ? new NodeError('HUB_DECLINED', { hub: spending.hubs.join(', '), virtualId }) : undefined
  }
  return { payer, spending, explain }
}

async function openVirtual(
  node: NodeApi,
  { payee, payeeUrl, token, capacity, first }: OpenVirtual,
  hubs: readonly ChannelView[],
): Promise<OpenedVirtual & { readonly fees: bigint }> {
  const opened = await node.call('virtual.open', {
    payee,
    hubs: hubs.map(({ peer }) => peer.signer),
    token,
    capacity,
    first,
    ...(payeeUrl === undefined ? {} : { payeeUrl }),
  })
  if (opened.first === undefined) {
    throw new NodeError('RPC_RESULT_INVALID', { method: 'virtual.open', problem: 'it has no first voucher' })
  }
  return { ...opened, first: opened.first }
}

/**
 * The channels of the intermediaries: none where there is a channel with the payee, else the hub whose channel can spend most.
 *
 * @throws NodeError HUB_UNKNOWN, SPENDABLE_TOO_SMALL
 */
export function choosePath(wanted: OpenVirtual, channels: readonly ChannelView[]): readonly ChannelView[] {
  const usable = channels.filter(({ status, token }) => status === 'open' && token === wanted.token)
  const reaches = (channel: ChannelView, signer: string) => channel.peer.signer === signer
  const direct = richest(usable.filter((channel) => reaches(channel, wanted.payee)))
  if (direct !== undefined && direct.spendable.own >= wanted.capacity) return []
  const names = wanted.hubs.map(({ signer }) => signer)
  const hub = richest(usable.filter((channel) => names.some((signer) => reaches(channel, signer))))
  const best = hub ?? direct
  if (best === undefined) throw new NodeError('HUB_UNKNOWN', { payee: wanted.payee, hubs: names.join(', ') || 'none' })
  if (best.spendable.own < wanted.capacity) {
    const amounts = { spendable: formatAmount(best.spendable.own), needed: formatAmount(wanted.capacity) }
    throw new NodeError('SPENDABLE_TOO_SMALL', { peer: best.peer.signer, ...amounts })
  }
  return [best]
}

function richest(channels: readonly ChannelView[]): ChannelView | undefined {
  const rank = (channel: ChannelView) => channel.spendable.own
  return channels.reduce<ChannelView | undefined>(
    (best, channel) => (best === undefined || rank(channel) > rank(best) ? channel : best),
    undefined,
  )
}
