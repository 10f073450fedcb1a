import { highestValue, type VirtualRecord } from '@sluice/protocol'
import { voucherOf } from '../../../locks/record.ts'

/** What a party is owed over a virtual channel by its vouchers alone: what it accepted, less what it signed. A hub is owed nothing. Base units. */
export function balanceOf(record: VirtualRecord): bigint {
  const value = highestValue(voucherOf(record), record.terms.capacity)
  switch (record.role) {
    case 'payer':
      return -value
    case 'hub':
      return 0n
    case 'payee':
      return value
  }
}
