import {
  type Address,
  type ChannelRecord,
  type Crypto,
  createDigests,
  highest,
  type Id,
  lowest,
} from '@sluice/protocol'
import { virtualRequestDeadline } from '../defence/goals/close-request.ts'
import type { Backup } from './backup.ts'

/** A channel in a backup, by what was known when the backup was made. Amounts in base units of the token. */
export interface BackupChannelView {
  readonly channelId: Id
  /** The signer at the other end. */
  readonly peer: Address
  readonly token: Address
  readonly disputeWindow: number
  /** What the account gets out of it at once, by the newest vouchers. */
  readonly share: bigint
  /** What is locked for others beside; what their virtual channels do not pay comes back. */
  readonly locked: bigint
  /** What is locked for this side; what its virtual channels pay comes beside. */
  readonly incoming: bigint
  /** The newest voucher received: `paid` is what it brings. None if nothing was received. */
  readonly received?: { readonly seq: bigint; readonly paid: bigint }
}

/** A virtual channel in a backup. */
export interface BackupVirtualView {
  readonly virtualId: Id
  readonly role: 'payer' | 'hub' | 'payee'
  readonly token: Address
  readonly capacity: bigint
  /** Whether the backup holds consent to begin its window on chain. */
  readonly hasConsent: boolean
}

/** What stands in a backup. */
export interface BackupView {
  readonly channels: readonly BackupChannelView[]
  readonly virtuals: readonly BackupVirtualView[]
}

function channelView(record: ChannelRecord, { facts }: Backup): BackupChannelView {
  const { channelId, terms, self, peer, out, in: received } = record
  const { deposits = [0n, 0n], withdrawn = [0n, 0n] } = facts.get(channelId) ?? {}
  const pot = deposits[0] + deposits[1] - withdrawn[0] - withdrawn[1]
  const balance = deposits[self] - withdrawn[self] - out.current.paid + received.current.paid
  // As the contract settles: see specs/protocol.md, Settlement.
  const whole = lowest(pot, highest(0n, balance))
  const locked = lowest(out.current.locked, whole)
  const { seq, paid } = received.current
  return {
    channelId,
    peer,
    token: terms.token,
    disputeWindow: terms.disputeWindow,
    share: whole - locked,
    locked,
    incoming: lowest(received.current.locked, pot - whole),
    ...(seq > 0n && { received: { seq, paid } }),
  }
}

/** What a backup is worth, channel by channel, by what it holds alone. */
export function backupView(backup: Backup, crypto: Crypto): BackupView {
  const digests = createDigests(backup.domain, crypto)
  return {
    channels: [...backup.channels.values()].map((record) => channelView(record, backup)),
    virtuals: [...backup.virtuals.values()].map((record) => {
      const { virtualId, role, terms } = record
      const digest = digests.closeRequest({ ids: [virtualId], deadline: virtualRequestDeadline(record) })
      const { token, capacity } = terms
      return { virtualId, role, token, capacity, hasConsent: backup.signatures.has(digest) }
    }),
  }
}
