import { choosePath } from '@sluice/client'
import type { OpenedVirtual, OpenVirtual, Payer } from '@sluice/http'
import type { Address, Id } from '@sluice/protocol'
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
  hubs: readonly Address[]
}

/** Whoever pays for a download. */
export interface Purse {
  readonly payer: Payer
  readonly spending: Spending
  /** Why a virtual channel came to nothing, where its hub said so. */
  readonly explain: (virtualId: Id) => Promise<NodeError | undefined>
}

/** Pays for a download out of a node's channels. `now` in milliseconds; `allowPrivate`: an offer may name an address in a private network. */
export function createPurse(node: NodeApi, info: NodeInfo, now: () => number, allowPrivate = false): Purse {
  const spending: Spending = { payments: 0, paid: 0n, fees: 0n, openedAt: undefined, hubs: [] }
  const payer: Payer = {
    network: `eip155:${info.chainId}`,
    contract: info.contract,
    open: async (wanted) => {
      const hubs = choosePath(wanted, await node.call('channel.list', {}))
      const fees = await node.call('hub.fees', { hubs, capacity: wanted.capacity })
      spending.hubs = hubs
      spending.openedAt = now()
      const isPublicOnly = wanted.payeeUrlPublicOnly === true && !allowPrivate
      const opened = await openVirtual(node, { ...wanted, payeeUrlPublicOnly: isPublicOnly }, hubs, fees)
      spending.payments += 1
      spending.paid = opened.first.voucher.amount
      spending.fees = opened.fees
      return opened
    },
    pay: async (virtualId, total) => {
      // A virtual channel of an earlier run: what it paid since it kept its part of the file must not be asked for again.
      if (spending.openedAt === undefined) spending.paid = await paidOn(node, virtualId, spending.paid)
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

async function paidOn(node: NodeApi, virtualId: Id, known: bigint): Promise<bigint> {
  if (known > 0n) return known
  const virtuals = await node.call('virtual.list', {})
  return virtuals.find((virtual) => virtual.virtualId === virtualId)?.amount ?? 0n
}

async function openVirtual(
  node: NodeApi,
  { payee, payeeUrl, payeeUrlPublicOnly = false, token, capacity, first }: OpenVirtual,
  hubs: readonly Address[],
  fees: readonly bigint[],
): Promise<OpenedVirtual & { readonly fees: bigint }> {
  const opened = await node.call('virtual.open', {
    payee,
    hubs,
    fees,
    token,
    capacity,
    first,
    ...(payeeUrl === undefined ? {} : { payeeUrl, payeeUrlPublicOnly }),
  })
  if (opened.first === undefined) {
    throw new NodeError('RPC_RESULT_INVALID', { method: 'virtual.open', problem: 'it has no first voucher' })
  }
  return { ...opened, first: opened.first }
}
