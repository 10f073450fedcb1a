import type { ChannelRecord, Id } from '@sluice/protocol'
import type { Environment } from '../loop/environment.ts'
import type { Flow, Tx } from '../loop/tx.ts'
import { channelOf, isClosing } from './channel.ts'
import { countersignLater } from './countersign-now.ts'
import { takeAccepted } from './take-accepted.ts'
import { takeCountersign } from './take-countersign.ts'
import { takeCountersignRequest } from './take-countersign-request.ts'
import { takeRefuse } from './take-refuse.ts'
import { takeUpdate } from './take-update.ts'

/** Millisecond at which a lane that was idle since its newest update is countersigned. */
function countersignDue({ in: lane }: ChannelRecord, { policy }: Environment): number | undefined {
  const newest = lane.updates.at(-1)
  return newest && Number(newest.at) * 1000 + policy.countersignIdle
}

function countersignIdle(tx: Tx, channelId: Id): void {
  const channel = channelOf(tx, channelId)
  const due = countersignDue(channel, tx.env)
  if (due !== undefined && due <= tx.now && !isClosing(tx, channel)) countersignLater(tx, channelId)
}

/** How lanes move: updates, their answers, and countersignatures. */
export const laneFlow: Flow = {
  messages: {
    update: takeUpdate,
    accepted: takeAccepted,
    refuse: takeRefuse,
    countersign: takeCountersign,
    countersignRequest: takeCountersignRequest,
  },
  channelDue: countersignDue,
  channelTimer: countersignIdle,
}
