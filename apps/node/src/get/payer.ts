import { choosePath, Declines } from '@sluice/client'
import type { ChannelView } from '@sluice/engine'
import type { OpenedVirtual, OpenVirtual, Payer } from '@sluice/http'
import type { Address, Id } from '@sluice/protocol'
import type { Output } from '../cli/output.ts'
import { deferred } from '../deferred.ts'
import { NodeError } from '../errors.ts'
import type { NodeApi, NodeInfo } from '../rpc/methods.ts'
import { isOpaque, reasonOf } from './reasons.ts'
import { waitFor } from './waiting.ts'

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
  /** Why a download that was paid for failed, where that can be found out. */
  readonly explain: (virtualId: Id, thrown: unknown) => Promise<NodeError | undefined>
}

export interface PurseOptions {
  readonly output: Output
  /** Milliseconds. */
  readonly now: () => number
  /** An offer may name an address in a private network. */
  readonly allowPrivate: boolean
  /** Most that all hubs together get, base units; undefined for the node's own limit. */
  readonly feesMax: bigint | undefined
  /** How long the hub may say nothing, milliseconds. */
  readonly timeout: number
  /** Which hubs declined lately. */
  readonly declines?: Declines
}

/** Pays for a download out of a node's channels. */
export function createPurse(node: NodeApi, info: NodeInfo, options: PurseOptions): Purse {
  const { output, now, allowPrivate, feesMax, timeout, declines = new Declines(Date.now) } = options
  const spending: Spending = { payments: 0, paid: 0n, fees: 0n, openedAt: undefined, hubs: [] }
  let wantedLast: OpenVirtual | undefined
  const payer: Payer = {
    network: `eip155:${info.chainId}`,
    contract: info.contract,
    open: async (wanted) => {
      wantedLast = wanted
      const channels = await node.call('channel.list', {})
      const hubs = declines.around(wanted.payee, (isDeclining) =>
        findPath(
          wanted,
          channels.filter(({ peer }) => !isDeclining(peer.signer)),
        ),
      )
      const fees = await node.call('hub.fees', { hubs, capacity: wanted.capacity })
      spending.hubs = hubs
      const next = hubs[0] ?? wanted.payee
      if (!isConnected(channels, next)) await untilConnected(node, output, next, timeout)
      spending.openedAt = now()
      const isPublicOnly = wanted.payeeUrlPublicOnly === true && !allowPrivate
      const opening = openVirtual(node, { ...wanted, payeeUrlPublicOnly: isPublicOnly }, hubs, fees, feesMax)
      const opened = await openedInTime(node, output, next, timeout, opening)
      spending.payments += 1
      spending.paid = opened.first.voucher.amount
      spending.fees += opened.fees
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
  const explain = async (virtualId: Id, thrown: unknown) => {
    if (wantedLast === undefined || !isOpaque(thrown)) return undefined
    const { payee, payeeUrl } = wantedLast
    return reasonOf(node, { virtualId, payee, payeeUrl, hubs: spending.hubs }, Date.now)
  }
  return { payer, spending, explain }
}

/** Over a hub that is connected rather than over one that is not. */
function findPath(wanted: OpenVirtual, channels: readonly ChannelView[]): readonly Address[] {
  try {
    return choosePath(
      wanted,
      channels.filter(({ connected }) => connected),
    )
  } catch {
    return choosePath(wanted, channels)
  }
}

const isConnected = (channels: readonly ChannelView[], to: Address) =>
  channels.some(({ peer, connected }) => peer.signer === to && connected)

/** Waits until a session with the peer stands. Nothing is locked towards somebody who is not there. @throws NodeError HUB_SILENT */
async function untilConnected(node: NodeApi, output: Output, peer: Address, timeout: number): Promise<void> {
  const connected = deferred<void>()
  const unsubscribe = await node.subscribe((told) => {
    if (told.type === 'peer' && told.peer === peer && told.connected) connected.resolve()
  }, connected.reject)
  try {
    if (isConnected(await node.call('channel.list', {}), peer)) return
    const wait = { for: `${peer} to be reached`, mostly: 'under a second', atMost: timeout }
    const locked = 'Nothing was locked or paid.'
    await waitFor(output, wait, connected.promise, () => new NodeError('HUB_SILENT', { hub: peer, locked }))
  } finally {
    unsubscribe()
  }
}

/** One that opens too late is closed again: nobody pays by it any more. */
async function openedInTime<T extends { readonly virtualId: Id }>(
  node: NodeApi,
  output: Output,
  hub: Address,
  timeout: number,
  opening: Promise<T>,
): Promise<T> {
  const wait = { for: `the channel with ${hub} to take another lock`, mostly: 'some milliseconds', atMost: timeout }
  return waitFor(output, wait, opening, () => {
    opening.then(({ virtualId }) => node.call('virtual.close', { virtualId })).catch(() => {})
    return new NodeError('HUB_SILENT', { hub, locked: 'What may still be locked is closed at once.' })
  })
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
  feesMax: bigint | undefined,
): Promise<OpenedVirtual & { readonly fees: bigint }> {
  const opened = await node.call('virtual.open', {
    payee,
    hubs,
    fees,
    token,
    capacity,
    first,
    ...(feesMax === undefined ? {} : { feesMax }),
    ...(payeeUrl === undefined ? {} : { payeeUrl, payeeUrlPublicOnly }),
  })
  if (opened.first === undefined) {
    throw new NodeError('RPC_RESULT_INVALID', { method: 'virtual.open', problem: 'it has no first voucher' })
  }
  return { ...opened, first: opened.first }
}
