import {
  type HubEvent,
  type HubRecord,
  hubTable,
  type Id,
  type PayeeEvent,
  type PayeeRecord,
  type PayerEvent,
  type PayerRecord,
  payeeTable,
  payerTable,
  stepBy,
  type VirtualRecord,
} from '@sluice/protocol'
import type { RoleEvent } from '../ports/locks/role.ts'
import type { Tx } from '../ports/tx.ts'
import { hubContext, payeeContext, payerContext } from './context.ts'
import { carryOut } from './effects.ts'
import { forwarding } from './forwarding.ts'
import { isTrusted, isWorthEnforcing, noteEnded } from './neighbours/trust.ts'
import { carryOutReceiving } from './receiving/effects.ts'

/** Most steps in a row: each leads to another phase, of which there are fewer. */
const STEPS_MAX = 16

/** Gives an event to a payer's machine. Returns the name of the transition; undefined if nothing happened. */
export function advancePayer(tx: Tx, record: PayerRecord, event: PayerEvent): string | undefined {
  const { name, phase, effects } = stepBy(payerTable, record.phase, event, payerContext(tx, record))
  if (phase !== record.phase) tx.virtuals.set(record.virtualId, { ...record, phase })
  for (const effect of effects) carryOut(tx, record, effect)
  return name
}

/** Gives an event to a hub's machine. Returns the name of the transition; undefined if nothing happened. */
export function advanceHub(tx: Tx, record: HubRecord, event: HubEvent): string | undefined {
  const context = {
    ...hubContext(tx, record),
    forwarding: () => forwarding(tx, record),
    isWorthEnforcing: (amount: bigint) => isWorthEnforcing(tx, record.terms.token, amount),
    isTrusted: (amount: bigint) => isTrusted(tx, record, amount),
  }
  const { name, phase, effects } = stepBy(hubTable, record.phase, event, context)
  if (phase !== record.phase) tx.virtuals.set(record.virtualId, { ...record, phase })
  if (phase.type === 'closed') noteEnded(tx, record, event)
  for (const effect of effects) carryOutReceiving(tx, record, effect)
  return name
}

/** Gives an event to a payee's machine. Returns the name of the transition; undefined if nothing happened. */
export function advancePayee(tx: Tx, record: PayeeRecord, event: PayeeEvent): string | undefined {
  const { name, phase, effects } = stepBy(payeeTable, record.phase, event, payeeContext(tx, record))
  if (phase !== record.phase) tx.virtuals.set(record.virtualId, { ...record, phase })
  for (const effect of effects) carryOutReceiving(tx, record, effect)
  return name
}

interface EventByRole {
  readonly payer: PayerEvent
  readonly hub: HubEvent
  readonly payee: PayeeEvent
}

/** The events that the machine of each of these records takes. */
type EventOf<R extends VirtualRecord> = (R extends unknown ? (event: EventByRole[R['role']]) => void : never) extends (
  event: infer Event extends RoleEvent,
) => void
  ? Event
  : never

/** Gives an event to the machine of this side's role. Returns the name of the transition; undefined if nothing happened. */
export function advance<R extends VirtualRecord>(tx: Tx, record: R, event: EventOf<R>): string | undefined {
  return tx.env.roles.of(record.role).advance(tx, record, event)
}

/** Does all that is due for a virtual channel now. */
export function processVirtual(tx: Tx, virtualId: Id): void {
  for (let count = 0; count < STEPS_MAX; count++) {
    const record = tx.virtuals.get(virtualId)
    if (record === undefined || advance(tx, record, { type: 'contextChanged' }) === undefined) return
  }
}

/** Does all that is due for a virtual channel once the batch's events are all in. */
export function processVirtualAtEnd(tx: Tx, virtualId: Id): void {
  tx.atEnd('process', `virtual/${virtualId}`, (end) => processVirtual(end, virtualId))
}

/** Begins to close a virtual channel here: no voucher is signed or accepted from now on. */
export function requestClose(tx: Tx, record: VirtualRecord): void {
  advance(tx, record, { type: 'requestClose' })
  processVirtualAtEnd(tx, record.virtualId)
}
