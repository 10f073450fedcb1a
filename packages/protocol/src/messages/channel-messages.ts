import { optional, type Variants } from '../codec/composite-fields.ts'
import { bytes32, signature } from '../codec/value-fields.ts'
import { openStruct } from './fields/ignorable.ts'
import { answer, close, countersignature, withdrawal } from './fields/signed-fields.ts'
import { channelTerms } from './fields/terms-fields.ts'
import { humanText, reasonCode } from './fields/text-fields.ts'
import type {
  AgreeMessage,
  CloseAnswerMessage,
  CloseMessage,
  ProposeMessage,
  RejectMessage,
  WithdrawAnswerMessage,
  WithdrawMessage,
} from './types.ts'

/** What opens a channel, and what takes money out of it cooperatively. */
export const channelMessages: Variants<
  | ProposeMessage
  | AgreeMessage
  | RejectMessage
  | CloseMessage
  | CloseAnswerMessage
  | WithdrawMessage
  | WithdrawAnswerMessage,
  'type'
> = {
  propose: openStruct({ terms: channelTerms }),
  agree: openStruct({ channelId: bytes32 }),
  reject: openStruct({ channelId: bytes32, code: reasonCode, text: humanText }),
  close: openStruct({ close, signature }),
  closeAnswer: openStruct({ close, answer }),
  withdraw: openStruct({
    withdrawal,
    signature,
    countersignature: optional(countersignature),
  }),
  withdrawAnswer: openStruct({ withdrawal, answer }),
}
