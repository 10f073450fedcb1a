import { type HubRecord, type PayeeRecord, SluiceError } from '@sluice/protocol'
import { draftPay } from '../../lanes/draft.ts'
import type { Tx } from '../../ports/tx.ts'
import { incomingLeg } from '../record.ts'

/** Pays fees back on the lane to whom they came from; what can't be paid back now is not promised. Returns what was paid, base units. */
export function payBack(tx: Tx, record: HubRecord | PayeeRecord, amount: bigint): bigint {
  const { channelId } = incomingLeg(record) ?? {}
  if (channelId === undefined || amount === 0n) return 0n
  try {
    draftPay(tx, channelId, amount)
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    tx.env.log.warn('fees not returned', { channelId, amount, code: error.code })
    return 0n
  }
  return amount
}
