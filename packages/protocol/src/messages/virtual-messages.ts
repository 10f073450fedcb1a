import { optional, struct, type Variants } from './composite-fields.ts'
import { signedVoucher } from './signed-fields.ts'
import type { ClaimMessage, DeclineMessage, RequestCloseMessage } from './types.ts'
import { bytes32, reasonCode, uint128 } from './value-fields.ts'

/** What neighbours say about a virtual channel's lock. */
export const virtualMessages: Variants<DeclineMessage | RequestCloseMessage | ClaimMessage, 'type'> = {
  decline: struct({ virtualId: bytes32, code: reasonCode, returned: uint128 }),
  requestClose: struct({ virtualId: bytes32 }),
  claim: struct<Omit<ClaimMessage, 'type'>>({ virtualId: bytes32, voucher: optional(signedVoucher) }),
}
