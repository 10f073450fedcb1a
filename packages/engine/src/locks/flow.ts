import type { Address, Id } from '@sluice/protocol'
import { channelOf, isClosing } from '../lanes/channel.ts'
import type { Flow, Tx } from '../ports/tx.ts'
import { isUnacknowledged } from './await-answer.ts'
import { beginClosing } from './begin-closing.ts'
import { virtualDue, virtualTimer } from './due.ts'
import { crankLater, virtualsOn } from './later.ts'
import { sendVoucher } from './pay.ts'
import { nextOf, outcomeOf } from './situation.ts'
import { takeClaim } from './take-claim.ts'
import { takeDecline } from './take-decline.ts'
import { takeRequestClose } from './take-request-close.ts'
import { takeTick } from './take-tick.ts'
import { takeVoucher } from './take-voucher.ts'
import { takeVoucherAccepted, takeVoucherRefused } from './take-voucher-answer.ts'

/** A session stands: the payee hears the highest vouchers again, and what waited to be locked on goes on. */
function connected(tx: Tx, peer: Address): void {
  for (const [virtualId, record] of tx.virtuals.entries()) {
    const { status, position, terms } = record
    if (status === 'opening' && nextOf(record) === peer) crankLater(tx, virtualId)
    if (status === 'open' && position === 0 && terms.path.at(-1) === peer && isUnacknowledged(record)) {
      sendVoucher(tx, record)
    }
  }
}

/** The chain says something new of a virtual channel: once it is closing there, it is closing here. */
function virtualChain(tx: Tx, virtualId: Id): void {
  const record = tx.virtuals.get(virtualId)
  if (record === undefined || record.status === 'early') return
  if (outcomeOf(tx, virtualId).closing) beginClosing(tx, record)
  crankLater(tx, virtualId)
}

/** A channel is on its way out: so is every virtual channel with a lock on it. */
function channelChain(tx: Tx, channelId: Id): void {
  const channel = channelOf(tx, channelId)
  if (channel.status !== 'ended' && !isClosing(tx, channel)) return
  for (const virtualId of virtualsOn(tx, channelId)) {
    const record = tx.virtuals.get(virtualId)
    if (record !== undefined) beginClosing(tx, record)
    crankLater(tx, virtualId)
  }
}

/** How virtual channels open, are paid on and close. */
export const virtualFlow: Flow = {
  messages: {
    decline: takeDecline,
    requestClose: takeRequestClose,
    claim: takeClaim,
    voucher: takeVoucher,
    voucherAccepted: takeVoucherAccepted,
    voucherRefused: takeVoucherRefused,
    tick: takeTick,
  },
  connected,
  virtualChain,
  channelChain,
  virtualDue,
  virtualTimer,
}
