import { highestValue, type VirtualRecord } from '@sluice/protocol'
import { voucherOf } from '../../../locks/record.ts'

/** Whether a payer was told that a virtual channel came to nothing: it pays elsewhere then, so that this one must have cost nothing. */
const isDeclined = ({ phase }: VirtualRecord): boolean => phase.type === 'closed' && phase.decline !== undefined

/** What a party is owed over a virtual channel by its vouchers alone: what it accepted, less what it signed. A hub is owed nothing. Base units. */
export function balanceOf(record: VirtualRecord): bigint {
  const value = highestValue(voucherOf(record), record.terms.capacity)
  switch (record.role) {
    case 'payer':
      return isDeclined(record) ? 0n : -value
    case 'hub':
      return 0n
    case 'payee':
      return value
  }
}
