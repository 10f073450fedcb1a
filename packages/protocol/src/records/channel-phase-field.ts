import { struct, union } from '../codec/composite-fields.ts'
import type { Field } from '../codec/field.ts'
import { oneOf, signature, text, uint64 } from '../codec/value-fields.ts'
import type { ChannelPhase, CooperativeClose, OpeningFailure } from '../machines/channels/channel-phase.ts'
import { close } from '../messages/fields/signed-fields.ts'

const cooperativeClose: Field<CooperativeClose> = union<CooperativeClose>({
  none: struct({}),
  requested: struct({ close, peerSignature: signature }),
  signed: struct({ close }),
  refused: struct({ close, code: text }),
  agreed: struct({ close, peerSignature: signature }),
})

const reason = union<OpeningFailure>({
  rejected: struct({ code: text, text }),
  unanswered: struct({}),
})

/** A channel's phase as it lies in its head. */
export const channelPhase: Field<ChannelPhase> = union<ChannelPhase>({
  proposed: struct({ since: uint64 }),
  failed: struct({ since: uint64, reason }),
  open: struct({ since: uint64, close: cooperativeClose }),
  closing: struct({
    since: uint64,
    intent: oneOf('cooperative', 'auto', 'unilateral'),
    close: cooperativeClose,
  }),
  frozen: struct({ since: uint64, code: text, text, close: cooperativeClose }),
  ended: struct({}),
})
