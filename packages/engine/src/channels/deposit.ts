import { bytesToHex, type Id, MAX_UINT128 } from '@sluice/protocol'
import { EngineError } from '../errors.ts'
import { channelOf } from '../lanes/channel.ts'
import type { Transaction } from '../loop/transaction.ts'
import { Waiting } from '../loop/waiting.ts'

/** @throws EngineError `AMOUNT_INVALID`. */
export function checkAmount(amount: bigint): void {
  if (amount <= 0n || amount > MAX_UINT128) throw new EngineError('AMOUNT_INVALID', { amount })
}

/** Notes that this side deposits; done as soon as the channel is agreed to. Returns the deposit's key. */
export function requestDeposit(tx: Transaction, channelId: Id, amount: bigint): string {
  checkAmount(amount)
  const { self } = channelOf(tx, channelId)
  const depositId = bytesToHex(tx.env.random(16))
  tx.state.deposits.set(depositId, { depositId, channelId, party: self, amount })
  return depositId
}

/**
 * Waits until a final block holds the deposit.
 *
 * @throws EngineError `DEPOSIT_FAILED`.
 */
export function awaitDeposit(tx: Transaction, channelId: Id, key: string): true | Waiting {
  const record = tx.state.deposits.get(key)
  if (record === undefined) return true
  if (record.failed === undefined) return new Waiting('a final block to hold the deposit', channelId, key)
  throw new EngineError('DEPOSIT_FAILED', { amount: record.amount, channelId, reason: record.failed })
}
