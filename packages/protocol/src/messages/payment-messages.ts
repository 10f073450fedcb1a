import { optional, type Variants } from '../codec/composite-fields.ts'
import { bytes32, uint32, uint128 } from '../codec/value-fields.ts'
import { openStruct } from './fields/ignorable.ts'
import { signedVoucher } from './fields/signed-fields.ts'
import { virtualTerms } from './fields/terms-fields.ts'
import { reasonCode } from './fields/text-fields.ts'
import type { PolicyMessage, VolatileMessage } from './types.ts'

/** What payer and payee say to each other. */
export const paymentMessages: Variants<Exclude<VolatileMessage, PolicyMessage>, 'type'> = {
  voucher: openStruct({ terms: optional(virtualTerms), signed: signedVoucher }),
  voucherAccepted: openStruct({ virtualId: bytes32, amount: uint128 }),
  voucherRefused: openStruct({ virtualId: bytes32, amount: uint128, code: reasonCode }),
  tick: openStruct({ virtualId: bytes32, anchor: bytes32, index: uint32, preimage: bytes32 }),
}
