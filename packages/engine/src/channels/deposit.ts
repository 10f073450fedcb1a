import { bytesToHex, type ChannelRecord, type Id, isStanding, MAX_UINT128 } from '@sluice/protocol'
import { EngineError } from '../errors.ts'
import { channelOf } from '../lanes/channel.ts'
import type { Transaction } from '../loop/transaction.ts'
import { Waiting } from '../loop/waiting.ts'
import { channelView } from './view.ts'

/** @throws EngineError `AMOUNT_INVALID`. */
export function checkAmount(amount: bigint): void {
  if (amount <= 0n || amount > MAX_UINT128) throw new EngineError('AMOUNT_INVALID', { amount })
}

/** @throws EngineError `CHANNEL_FROZEN`. */
export function checkNotFrozen({ channelId, phase }: ChannelRecord): void {
  if (phase.type === 'frozen') throw new EngineError('CHANNEL_FROZEN', { channelId, reason: phase.text })
}

/**
 * Notes that this side deposits; done as soon as the channel is agreed to. Returns the deposit's key.
 *
 * @throws EngineError `AMOUNT_INVALID`, `CHANNEL_UNKNOWN`.
 */
export function requestDeposit(tx: Transaction, channelId: Id, amount: bigint): string {
  checkAmount(amount)
  const { self } = channelOf(tx, channelId)
  const depositId = bytesToHex(tx.env.random(16))
  tx.state.deposits.set(depositId, { depositId, channelId, party: self, amount })
  return depositId
}

/** This side's deposit into a channel that is asked for or under way. Returns its key; undefined if there is none. */
export function depositUnderWay(tx: Transaction, channelId: Id): string | undefined {
  const keys = [...tx.state.deposits.named(channelId)]
  return keys.find((key) => tx.state.deposits.get(key)?.failed === undefined)
}

/**
 * Notes that this side deposits more into a channel that is there. Returns the deposit's key.
 *
 * @throws EngineError `AMOUNT_INVALID`, `CHANNEL_UNKNOWN`, `CHANNEL_NOT_OPEN`, `CHANNEL_FROZEN`.
 */
export function requestTopUp(tx: Transaction, channelId: Id, amount: bigint): string {
  const channel = channelOf(tx, channelId)
  checkNotFrozen(channel)
  if (!isStanding(channel.phase) || tx.chain.channel(channelId).ended !== undefined) {
    throw new EngineError('CHANNEL_NOT_OPEN', { channelId, status: channelView(tx, channel).status })
  }
  return requestDeposit(tx, channelId, amount)
}

/**
 * Waits until a final block holds the deposit. What it needs to know is in the deposit's record, which is gone once that is done.
 *
 * @throws EngineError `DEPOSIT_FAILED`.
 */
export function awaitDeposit(tx: Transaction, channelId: Id, key: string): true | Waiting {
  const record = tx.state.deposits.get(key)
  if (record === undefined) return true
  if (record.failed === undefined) return new Waiting('a final block to hold the deposit', channelId, key)
  throw new EngineError('DEPOSIT_FAILED', { amount: record.amount, channelId, reason: record.failed })
}

/** Forgets a deposit that failed, once its caller knows. */
export function forgetFailedDeposit(tx: Transaction, key: string): void {
  if (tx.state.deposits.get(key)?.failed !== undefined) tx.state.deposits.set(key, undefined)
}
