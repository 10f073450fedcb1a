import { optional, type Variants } from '../codec/composite-fields.ts'
import { bytes32, uint128 } from '../codec/value-fields.ts'
import { openStruct } from './fields/ignorable.ts'
import { signedVoucher } from './fields/signed-fields.ts'
import { reasonCode } from './fields/text-fields.ts'
import type { ClaimMessage, DeclineMessage, RequestCloseMessage } from './types.ts'

/** What neighbours say about a virtual channel's lock. */
export const virtualMessages: Variants<DeclineMessage | RequestCloseMessage | ClaimMessage, 'type'> = {
  decline: openStruct({ virtualId: bytes32, code: reasonCode, returned: uint128 }),
  requestClose: openStruct({ virtualId: bytes32 }),
  claim: openStruct({ virtualId: bytes32, voucher: optional(signedVoucher) }),
}
