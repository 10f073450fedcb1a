import { optional, struct, type Variants } from './composite-fields.ts'
import { signedVoucher } from './signed-fields.ts'
import { virtualTerms } from './terms-fields.ts'
import type { VolatileMessage, VoucherMessage } from './types.ts'
import { bytes32, reasonCode, uint32, uint128 } from './value-fields.ts'

/** What payer and payee say to each other. */
export const paymentMessages: Variants<VolatileMessage, 'type'> = {
  voucher: struct<Omit<VoucherMessage, 'type'>>({ terms: optional(virtualTerms), signed: signedVoucher }),
  voucherAccepted: struct({ virtualId: bytes32, amount: uint128 }),
  voucherRefused: struct({ virtualId: bytes32, amount: uint128, code: reasonCode }),
  tick: struct({ virtualId: bytes32, anchor: bytes32, index: uint32, preimage: bytes32 }),
}
