import { highest, lowest } from '../primitives/extremes.ts'
import type { InLane } from './in-lane.ts'
import type { LaneUpdate } from './operation.ts'
import { emptyLane, type LaneState } from './state.ts'

/** A lane on which nothing was ever received. */
export const emptyInLane: InLane = {
  base: { signed: undefined, state: emptyLane },
  updates: [],
  current: emptyLane,
  refusedThrough: 0n,
}

/** The lane with an update accepted; `state` as replayed, `at` in Unix seconds. */
export function acceptUpdate(lane: InLane, update: LaneUpdate, state: LaneState, at: bigint): InLane {
  return { ...lane, updates: [...lane.updates, { update, state, at }], current: state }
}

/** The lane with an update, truly signed by its payer, refused for ever, and with it all of lower seq that did not arrive. */
export function refuseUpdate(lane: InLane, { voucher }: LaneUpdate): InLane {
  const { paid, seq } = voucher
  const { refused, refusedThrough } = lane
  return {
    ...lane,
    refusedThrough: highest(refusedThrough, seq),
    refused: {
      seq: highest(refused?.seq ?? seq, seq),
      lowestPaid: lowest(refused?.lowestPaid ?? paid, paid),
    },
  }
}

/** The lane with an update that waits, behind those that do already. */
export function holdUpdate(lane: InLane, update: LaneUpdate, at: bigint): InLane {
  const { updates, since } = lane.held ?? { updates: [], since: at }
  return { ...lane, held: { updates: [...updates, update], since } }
}

/** The lane without its waiting updates, and these. */
export function releaseHeld(lane: InLane): { readonly lane: InLane; readonly updates: readonly LaneUpdate[] } {
  const { held, ...rest } = lane
  return { lane: rest, updates: held?.updates ?? [] }
}
