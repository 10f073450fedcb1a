import { type HubEvent, type HubRecord, hubField, hubWants, isHubAtStake } from '@sluice/protocol'
import { advanceHub } from '../locks/advance.ts'
import { hubContext } from '../locks/context.ts'
import { handleProlong } from '../locks/prolonging/handle-prolong.ts'
import { virtualReceiver } from '../locks/receiving/receive.ts'
import type { Role } from '../ports/locks/role.ts'
import type { EngineRole } from './engine-role.ts'

const role: Role<HubRecord, HubEvent> = {
  name: 'hub',
  advance: advanceHub,
  wants: (view, record, time) => hubWants(record.phase, hubContext(view, record), time, view.env.policy),
  stakes(view, record) {
    const { phase, terms } = record
    const owed = 'largestFold' in phase ? (phase.largestFold ?? 0n) : 0n
    const { outgoing } = hubContext(view, record)
    // While the outgoing lock can be shown, it holds the hub's capital and can cost all of it; then only what it folded can be lost.
    return { atStake: outgoing !== undefined && outgoing.lock !== 'cleared' ? terms.capacity : owed, owed }
  },
  isIncomingAtStake: (view, record) => isHubAtStake(record.phase, hubContext(view, record)),
  isOutgoingCleared: (view, record) => hubContext(view, record).outgoing?.lock === 'cleared',
}

/** Passes virtual channels of others on. */
export const hub: EngineRole = {
  ...(role as Role),
  fields: { hub: hubField },
  flow: { messages: { prolong: handleProlong } },
  receiver: virtualReceiver,
}
