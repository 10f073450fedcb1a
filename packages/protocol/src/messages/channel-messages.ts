import { optional, struct, type Variants } from '../codec/composite-fields.ts'
import { bytes32, signature } from '../codec/value-fields.ts'
import { answer, close, countersignature, withdrawal } from './signed-fields.ts'
import { channelTerms } from './terms-fields.ts'
import { humanText, reasonCode } from './text-fields.ts'
import type {
  AgreeMessage,
  CloseAnswerMessage,
  CloseMessage,
  ProposeMessage,
  RejectMessage,
  WithdrawAnswerMessage,
  WithdrawMessage,
} from './types.ts'

/** What opens a channel, and what takes money out of it together. */
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
  propose: struct({ terms: channelTerms }),
  agree: struct({ channelId: bytes32 }),
  reject: struct({ channelId: bytes32, code: reasonCode, text: humanText }),
  close: struct({ close, signature }),
  closeAnswer: struct({ close, answer }),
  withdraw: struct({
    withdrawal,
    signature,
    countersignature: optional(countersignature),
  }),
  withdrawAnswer: struct({ withdrawal, answer }),
}
