import {
  type Address,
  checkAddVirtual,
  checkFee,
  checkHopMargin,
  hubFee,
  ProtocolError,
  type VirtualBase,
} from '@sluice/protocol'
import { EngineError } from '../../errors.ts'
import { secondsOf } from '../../lanes/channel.ts'
import type { PublishedPolicy, Tx } from '../../ports/tx.ts'
import { nextOf } from '../record.ts'

type Add = Pick<VirtualBase, 'terms' | 'memo' | 'position'>

/** What a peer said in the session that stands. */
function toldNow(tx: Tx, peer: Address): PublishedPolicy | undefined {
  const policy = tx.policies.get(peer)
  return policy?.isPast ? undefined : policy
}

/** How many locks the lane towards a peer may hold: what this side lets it, and the peer, if it said so. */
export function locksMaxTowards(tx: Tx, peer: Address): number {
  const { locksMax } = tx.env.policy
  return Math.min(locksMax, toldNow(tx, peer)?.locksMax ?? locksMax)
}

/** Seconds by which a hub's clock may be behind: a lifetime is longer there by as much. */
const CLOCK_MARGIN = 60n

/**
 * What a peer said that it asks for forwarding, base units.
 *
 * @param until When the hop after it ends, Unix seconds.
 * @throws EngineError `FEES_UNKNOWN` of a peer that said nothing since this side started; ProtocolError `FORWARD_DISABLED`.
 */
export function feeAskedBy(tx: Tx, peer: Address, capacity: bigint, until: bigint, window: number): bigint {
  const policy = tx.policies.get(peer)
  if (policy === undefined) throw new EngineError('FEES_UNKNOWN', { hub: peer })
  const { forwarding } = policy
  if (forwarding === undefined) throw new ProtocolError('FORWARD_DISABLED')
  return hubFee(forwarding, capacity, until - secondsOf(tx) + CLOCK_MARGIN, window)
}

/** What the next member asks for when it forwards itself. */
function checkForwarding(tx: Tx, { memo, position, terms }: Add, { forwarding }: PublishedPolicy): void {
  if (forwarding === undefined) throw new ProtocolError('FORWARD_DISABLED')
  const outgoing = position + 1
  checkHopMargin(memo.until, outgoing, forwarding.hopMargin)
  const lifetime = (memo.until[outgoing] ?? 0n) - secondsOf(tx)
  checkFee(memo.fees[position] ?? 0n, hubFee(forwarding, terms.capacity, lifetime, terms.disputeWindow))
}

/**
 * Refuses to lock on what the next member says that it would decline. One that said nothing declines by itself.
 *
 * @param position The place of this side in the path.
 * @throws ProtocolError as `checkAddVirtual`; `FORWARD_DISABLED`, `ADD_LIFETIME_ORDER`, `FEE_LOW` of a next member that has to forward.
 */
export function checkNextPolicy(tx: Tx, add: Add): void {
  const next = nextOf(add)
  const policy = next && toldNow(tx, next)
  if (policy === undefined) return
  const { terms, memo, position } = add
  const capacityMin = policy.capacities.find(({ token }) => token === terms.token)?.least ?? 0n
  checkAddVirtual(terms, memo, position, secondsOf(tx), { ...policy, capacityMin })
  if (position + 2 < terms.path.length) checkForwarding(tx, add, policy)
}
