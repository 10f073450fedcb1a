import { optional, struct, type Variants } from '../codec/composite-fields.ts'
import { bytes32, uint128 } from '../codec/value-fields.ts'
import { signedVoucher } from './signed-fields.ts'
import { reasonCode } from './text-fields.ts'
import type { ClaimMessage, DeclineMessage, RequestCloseMessage } from './types.ts'

/** What neighbours say about a virtual channel's lock. */
export const virtualMessages: Variants<DeclineMessage | RequestCloseMessage | ClaimMessage, 'type'> = {
  decline: struct({ virtualId: bytes32, code: reasonCode, returned: uint128 }),
  requestClose: struct({ virtualId: bytes32 }),
  claim: struct({ virtualId: bytes32, voucher: optional(signedVoucher) }),
}
