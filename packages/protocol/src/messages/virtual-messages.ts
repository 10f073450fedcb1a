import { list, optional, type Variants } from '../codec/composite-fields.ts'
import { bytes32, uint64, uint128 } from '../codec/value-fields.ts'
import { MAX_PATH } from '../terms/terms-check.ts'
import { openStruct } from './fields/ignorable.ts'
import { signedVoucher } from './fields/signed-fields.ts'
import { reasonCode } from './fields/text-fields.ts'
import type {
  ClaimMessage,
  DeclineMessage,
  ProlongDeclineMessage,
  ProlongMessage,
  RequestCloseMessage,
} from './types.ts'

type VirtualMessage = DeclineMessage | ProlongMessage | ProlongDeclineMessage | RequestCloseMessage | ClaimMessage

/** What neighbours say about a virtual channel's lock. */
export const virtualMessages: Variants<VirtualMessage, 'type'> = {
  decline: openStruct({ virtualId: bytes32, code: reasonCode, returned: uint128 }),
  prolong: openStruct({ virtualId: bytes32, until: uint64, fees: list(uint128, 0, MAX_PATH - 2) }),
  prolongDecline: openStruct({ virtualId: bytes32, until: uint64, code: reasonCode, returned: uint128 }),
  requestClose: openStruct({ virtualId: bytes32 }),
  claim: openStruct({ virtualId: bytes32, voucher: optional(signedVoucher) }),
}
