import { highest, type Id, nonceMinute, type VirtualRecord } from '@sluice/protocol'
import type { Policy } from '../policy/policy.ts'
import type { Environment } from '../ports/environment.ts'
import type { Tx } from '../ports/tx.ts'
import { beginClosing } from './begin-closing.ts'
import { forwardDeadline } from './forward.ts'
import { crankLater } from './later.ts'
import { roleOf } from './situation.ts'
import { untilOf } from './view.ts'

/** Unix second at which this side begins to close by itself, as the lifetime is over or too short for another payment. */
export function closingDue(record: VirtualRecord, policy: Policy): bigint {
  const { memo, position } = record
  switch (roleOf(record)) {
    case 'payer':
      return memo.until[0] ?? 0n
    case 'hub':
      return memo.until[position] ?? 0n
    case 'payee':
      return untilOf(record) - BigInt(policy.voucherMargin)
  }
}

/** Unix second until which a virtual channel that is over is remembered, so that its id is not used again. */
function forgetDue({ terms, since }: VirtualRecord, { nonceAgeMax, chainLag }: Policy): bigint {
  const made = nonceMinute(terms.nonce) * 60n
  return highest(made, since) + BigInt(2 * nonceAgeMax * 60 + chainLag)
}

/** Millisecond at which time alone changes something for a virtual channel; undefined for never. */
export function virtualDue(record: VirtualRecord, { policy }: Environment): number | undefined {
  switch (record.status) {
    case 'early':
      return Number(record.since + BigInt(policy.earlyVoucherWait)) * 1000
    case 'closed':
    case 'spent':
      return Number(forgetDue(record, policy)) * 1000
    case 'opening':
      return forwardDeadline(record, policy.forwardWait)
    case 'open':
      return Number(closingDue(record, policy)) * 1000
    case 'closing':
      return undefined
  }
}

/** Does what time asks for. */
export function virtualTimer(tx: Tx, virtualId: Id): void {
  const record = tx.virtuals.get(virtualId)
  const due = record && virtualDue(record, tx.env)
  if (record === undefined || due === undefined || due > tx.now) return
  switch (record.status) {
    case 'early':
    case 'closed':
    case 'spent':
      tx.virtuals.set(virtualId, undefined)
      return
    case 'open':
      beginClosing(tx, record)
      return
    case 'opening':
    case 'closing':
      crankLater(tx, virtualId)
  }
}
