import type { ChannelRecord, Id } from '@sluice/protocol'
import type { Environment } from '../ports/environment.ts'
import type { Flow, Tx } from '../ports/tx.ts'
import { answerHeld, heldUntil } from './answer-update.ts'
import { channelOf, isClosing } from './channel.ts'
import { countersignAtEnd } from './countersign.ts'
import { handleAccepted } from './handle-accepted.ts'
import { handleCountersign } from './handle-countersign.ts'
import { handleCountersignRequest } from './handle-countersign-request.ts'
import { handleRefuse } from './handle-refuse.ts'
import { handleUpdate } from './handle-update.ts'
import { requestCountersignature, requestDue } from './sign-update.ts'

/** Millisecond at which a lane that was idle since its newest update is countersigned. */
function countersignDue({ in: lane }: ChannelRecord, { policy }: Environment): number | undefined {
  const newest = lane.updates.at(-1)
  return newest && Number(newest.at) * 1000 + policy.countersignIdle
}

function channelDue(channel: ChannelRecord, env: Environment): number | undefined {
  const times = [countersignDue(channel, env), requestDue(channel, env), heldUntil({ env }, channel.in.held)]
  const known = times.filter((time) => time !== undefined)
  return known.length === 0 ? undefined : Math.min(...known)
}

const isDue = (due: number | undefined, now: number): boolean => due !== undefined && due <= now

function channelTimer(tx: Tx, channelId: Id): void {
  if (isDue(heldUntil(tx, channelOf(tx, channelId).in.held), tx.now)) answerHeld(tx, channelId)
  const channel = channelOf(tx, channelId)
  if (isClosing(tx, channel)) return
  if (isDue(countersignDue(channel, tx.env), tx.now)) countersignAtEnd(tx, channelId)
  if (isDue(requestDue(channel, tx.env), tx.now)) requestCountersignature(tx, channelId)
}

/** How lanes move: updates, their answers, and countersignatures. */
export const laneFlow: Flow = {
  messages: {
    update: handleUpdate,
    accepted: handleAccepted,
    refuse: handleRefuse,
    countersign: handleCountersign,
    countersignRequest: handleCountersignRequest,
  },
  channelChain: answerHeld,
  channelDue,
  channelTimer,
}
