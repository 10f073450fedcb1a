import {
  type Address,
  checkNonceAge,
  checkVirtualTerms,
  checkVoucherSignature,
  highestValue,
  type Id,
  ProtocolError,
  type SignedVoucher,
  type VirtualRecord,
  type VirtualTerms,
} from '@sluice/protocol'
import { secondsOf } from '../lanes/channel.ts'
import type { Tx } from '../ports/tx.ts'
import { crankLater } from './later.ts'

/** Whether this side has a channel by which the lock can come: room is nobody's who has none. */
function hasChannel(tx: Tx, neighbour: Address, token: Address): boolean {
  return tx.channelsWith(neighbour).some((channelId) => {
    const channel = tx.channels.get(channelId)
    return channel?.status === 'agreed' && channel.terms.token === token
  })
}

/** Whether there is room, for all and for those that are to come by this neighbour. */
function isRoomForEarly(tx: Tx, neighbour: Address): boolean {
  const { earlyVouchersMax, earlyVouchersPerPeerMax } = tx.env.policy
  let all = 0
  let same = 0
  for (const virtualId of tx.virtualsIn('early')) {
    const terms = tx.virtuals.get(virtualId)?.terms
    all++
    if (terms?.path.at(-2) === neighbour) same++
  }
  return all < earlyVouchersMax && same < earlyVouchersPerPeerMax
}

/** A voucher whose lock has not arrived: held for a bounded time and number. Its signature is checked before it takes room. */
function holdEarly(tx: Tx, virtualId: Id, terms: VirtualTerms, signed: SignedVoucher): void {
  checkVirtualTerms(terms)
  const position = terms.path.length - 1
  const [payer] = terms.path
  const neighbour = terms.path[position - 1]
  if (terms.path[position] !== tx.env.self || payer === undefined || neighbour === undefined) {
    throw new ProtocolError('VIRTUAL_ROLE', { virtualId, role: 'payee' })
  }
  checkNonceAge(terms.nonce, secondsOf(tx), tx.env.policy.nonceAgeMax)
  checkVoucherSignature(tx.env, virtualId, payer, signed)
  if (!hasChannel(tx, neighbour, terms.token) || !isRoomForEarly(tx, neighbour))
    throw new ProtocolError('VIRTUAL_NO_LOCK', { virtualId })
  const memo = { until: [], fees: [] }
  const since = secondsOf(tx)
  tx.virtuals.set(virtualId, { virtualId, terms, memo, position, status: 'early', since, offered: signed })
}

/**
 * A payee is offered a voucher: the highest offered is checked at the end of the batch, or once its lock stands.
 *
 * It comes from the payer's own session, or its signature was checked: else a forged one could displace another that waits.
 *
 * @throws ProtocolError `VIRTUAL_UNKNOWN`, `VIRTUAL_ROLE`, and what is wrong with one that is early.
 */
export function offer(tx: Tx, virtualId: Id, signed: SignedVoucher, terms?: VirtualTerms): void {
  if (signed.voucher.virtualId !== virtualId) throw new ProtocolError('VIRTUAL_UNKNOWN', { virtualId })
  const record = tx.virtuals.get(virtualId)
  if (record === undefined) {
    if (terms === undefined || tx.env.digests.virtualId(terms) !== virtualId) {
      throw new ProtocolError('VIRTUAL_UNKNOWN', { virtualId })
    }
    holdEarly(tx, virtualId, terms, signed)
    return
  }
  if (record.terms.path.at(-1) !== tx.env.self) throw new ProtocolError('VIRTUAL_ROLE', { virtualId, role: 'payee' })
  if (isHigher(record, signed)) tx.virtuals.set(virtualId, { ...record, offered: signed })
  crankLater(tx, virtualId)
}

/** Whether a voucher is worth more than one that waits to be checked. */
function isHigher({ offered, terms }: VirtualRecord, signed: SignedVoucher): boolean {
  return offered === undefined || highestValue(signed, terms.capacity) > highestValue(offered, terms.capacity)
}
