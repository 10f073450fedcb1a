import { checkHubFold, checkPayerFold, highest, highestValue, hubFoldLimit, SluiceError } from '@sluice/protocol'
import { operate } from '../lanes/operate.ts'
import type { Tx } from '../ports/tx.ts'
import { putVirtual } from './put.ts'
import { hubFoldOf, outgoingStands, type Situation } from './situation.ts'

/** At what the outgoing lock is to be folded now, base units; undefined for not yet. */
function foldValue(situation: Situation): bigint | undefined {
  const { record, role, outcome } = situation
  if (outcome.closing && outcome.finalAmount === undefined) return undefined
  if (outcome.finalAmount !== undefined) return outcome.finalAmount
  if (record.claimed !== undefined) return record.claimed
  const foldedAt = record.incoming?.foldedAt
  return role === 'hub' && foldedAt !== undefined ? foldedAt : undefined
}

function checkFold(situation: Situation, amount: bigint): void {
  const { virtualId, voucher, terms } = situation.record
  if (situation.role === 'payer') checkPayerFold(virtualId, amount, highestValue(voucher, terms.capacity))
  else checkHubFold(hubFoldOf(situation), amount)
}

/** Folds the outgoing lock if it stands and what it is to be folded at is known and safe. */
export function foldOutgoing(tx: Tx, situation: Situation): void {
  const { record } = situation
  const amount = foldValue(situation)
  if (amount === undefined || record.outgoing === undefined || !outgoingStands(situation)) return
  const { virtualId, outgoing: leg } = record
  try {
    checkFold(situation, amount)
    operate(tx, leg.channelId, [{ type: 'fold', virtualId, amount }], () => leg.slot)
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    tx.env.log.debug('fold waits', { virtualId, amount, code: error.code, allowed: hubFoldLimit(hubFoldOf(situation)) })
    return
  }
  const largestFold = highest(amount, leg.largestFold ?? 0n)
  putVirtual(tx, { ...record, status: 'closing', outgoing: { ...leg, largestFold } })
}
