import {
  checkLater,
  checkProlong,
  feesOf,
  type Id,
  type PayerRecord,
  type Prolonged,
  ProtocolError,
  timeFee,
  type VirtualBase,
} from '@sluice/protocol'
import { EngineError } from '../../errors.ts'
import { channelOf, secondsOf } from '../../lanes/channel.ts'
import { takesOperation } from '../../lanes/draft.ts'
import { Waiting } from '../../loop/waiting.ts'
import type { Tx } from '../../ports/tx.ts'
import { checkFees } from '../open.ts'
import { prolongedBy, virtualOf } from '../record.ts'
import { askNext } from './send.ts'

export interface ProlongOptions {
  /** Unix second until which the payee's hop is to live; those before it end later by as much. */
  readonly until: bigint
  /** What each hub gets for it, base units, in the order of the path. Default: what each has told that time costs. */
  readonly fees?: readonly bigint[]
  /** Most that all hubs together get, base units. Default: what the policy lets be paid. */
  readonly feesMax?: bigint
}

/** What a payer asked for. Who cannot grant it says so later: then what stood before stands again, and the fees come back. */
export interface ProlongedVirtual {
  readonly virtualId: Id
  readonly until: bigint
  /** Fees of all hubs, base units. */
  readonly fees: bigint
}

/** The newest prolonging of a virtual channel, after those before it. */
export function prolongedTo(
  { prolonged }: Pick<VirtualBase, 'prolonged'>,
  by: bigint,
  step: Pick<Prolonged, 'at' | 'received' | 'paidOn'>,
): Prolonged {
  const { by: before, kept, received, paidOn } = prolonged ?? { by: 0n, kept: 0n, received: 0n, paidOn: 0n }
  return { ...step, by, before, kept: kept + received - paidOn }
}

function openOf(tx: Tx, virtualId: Id): PayerRecord & { readonly phase: { readonly type: 'open' } } {
  const record = virtualOf(tx, virtualId)
  const { role, phase } = record
  if (role !== 'payer') throw new ProtocolError('VIRTUAL_UNKNOWN', { virtualId })
  if (phase.type !== 'open') throw new ProtocolError('VIRTUAL_CLOSED', { virtualId, status: phase.type })
  return { ...record, phase }
}

/** What each hub told that the time costs. @throws EngineError `FEES_UNKNOWN`; ProtocolError `FORWARD_DISABLED`. */
function feesFor(tx: Tx, { terms }: VirtualBase, seconds: bigint): readonly bigint[] {
  return terms.path.slice(1, -1).map((hub) => {
    const policy = tx.policies.get(hub)
    if (policy === undefined) throw new EngineError('FEES_UNKNOWN', { hub })
    if (policy.forwarding === undefined) throw new ProtocolError('FORWARD_DISABLED')
    return timeFee(policy.forwarding, terms.capacity, seconds)
  })
}

/**
 * Lets a virtual channel that this side pays over live longer, and pays the hubs for the time. Counts here at once; a member that cannot grant it declines.
 *
 * @throws ProtocolError `VIRTUAL_UNKNOWN`, `VIRTUAL_CLOSED`, `PROLONG_NOT_LATER`, `PROLONG_UNSUPPORTED`, `ADD_LIFETIME`, `ADD_MEMO_LENGTH`, `LANE_OVERSPENT`,
 *   `CHANNEL_CLOSING`, `FORWARD_DISABLED`, `NUMBER_OUT_OF_RANGE`; EngineError `FEES_UNKNOWN`, `FEES_TOO_HIGH`.
 */
export function prolongVirtual(tx: Tx, virtualId: Id, options: ProlongOptions): ProlongedVirtual | Waiting {
  const record = openOf(tx, virtualId)
  const { terms, memo, phase } = record
  const { channelId } = phase.outgoing
  const by = options.until - (memo.until.at(-1) ?? 0n)
  const until = (memo.until[0] ?? 0n) + by
  const standing = (memo.until[0] ?? 0n) + prolongedBy(record)
  checkLater(until, standing)
  const fees = options.fees ?? feesFor(tx, record, by - prolongedBy(record))
  const paid = checkFees(tx, { fees }, { capacity: terms.capacity, ...(options.feesMax !== undefined && options) })
  const { lifetimeMax } = tx.env.policy
  checkProlong({ terms, position: 1, until, standing, fees, paid, now: secondsOf(tx), lifetimeMax })
  const channel = channelOf(tx, channelId)
  if (paid > 0n && !takesOperation(tx, channel)) {
    return new Waiting(`${channel.peer} to answer and countersign earlier updates`, channelId)
  }
  askNext(tx, channelId, virtualId, until, fees)
  const prolonged = prolongedTo(record, by, { at: secondsOf(tx), received: feesOf(fees), paidOn: feesOf(fees) })
  tx.virtuals.set(virtualId, { ...record, prolonged })
  return { virtualId, until: options.until, fees: paid }
}
