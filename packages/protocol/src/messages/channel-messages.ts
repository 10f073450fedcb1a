import { optional, struct, type Variants } from './composite-fields.ts'
import { answer, close, countersignature, withdrawal } from './signed-fields.ts'
import { channelTerms } from './terms-fields.ts'
import type {
  AgreeMessage,
  CloseAnswerMessage,
  CloseMessage,
  ProposeMessage,
  RejectMessage,
  WithdrawAnswerMessage,
  WithdrawMessage,
} from './types.ts'
import { bytes32, humanText, reasonCode, signature } from './value-fields.ts'

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
  withdraw: struct<Omit<WithdrawMessage, 'type'>>({
    withdrawal,
    signature,
    countersignature: optional(countersignature),
  }),
  withdrawAnswer: struct({ withdrawal, answer }),
}
