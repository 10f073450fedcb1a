import { ProtocolError } from '../errors.ts'
import type { Id } from '../primitives/hex.ts'
import type { VirtualOutcome } from './fold-payer.ts'

/** What a hub knows when it is to lock on. */
export interface ForwardContext {
  readonly virtualId: Id
  readonly incomingChannelId: Id
  /** Whether the incoming lock stands durably in its newest received voucher. */
  readonly incomingStands: boolean
  /** Whether a close of the incoming channel is known. */
  readonly incomingClosing: boolean
  readonly outcome: VirtualOutcome
}

/**
 * Refuses to lock on for what is not, or not surely, locked for the hub.
 *
 * @throws ProtocolError `FORWARD_NOT_STANDING`, `CHANNEL_CLOSING`, `VIRTUAL_CLOSED`.
 */
export function checkForward(context: ForwardContext): void {
  const { virtualId, incomingChannelId: channelId, outcome } = context
  if (!context.incomingStands) throw new ProtocolError('FORWARD_NOT_STANDING', { virtualId })
  if (context.incomingClosing) throw new ProtocolError('CHANNEL_CLOSING', { channelId })
  if (outcome.closing || outcome.finalAmount !== undefined) {
    throw new ProtocolError('VIRTUAL_CLOSED', { virtualId, status: 'closing on chain' })
  }
}

/**
 * Refuses to lock on where the outgoing hop does not end enough before the incoming one for the hub to act on chain between.
 *
 * @param margin Seconds.
 * @throws ProtocolError `ADD_LIFETIME_ORDER`.
 */
export function checkHopMargin(until: readonly bigint[], hop: number, margin: number): void {
  const incoming = until[hop - 1] ?? 0n
  const outgoing = until[hop] ?? 0n
  if (outgoing + BigInt(margin) > incoming) throw new ProtocolError('ADD_LIFETIME_ORDER', { hop, margin })
}
