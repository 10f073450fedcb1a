// Closing and redeeming virtual channels, as protocol.md section 4 has them.

import type { Address } from 'viem'
import { least, nothing, type Outcome, refuse, type VirtualModel } from './state.ts'
import { missing, type Signed } from './together.ts'

/** The start of a virtual channel's window. */
export function closeVirtual(virtual: VirtualModel, sender: Address, now: bigint): Outcome {
  if (!virtual.path.includes(sender)) return refuse('NotMember', virtual.id, sender)
  if (virtual.finalAt === 0n) virtual.finalAt = now + virtual.window
  return nothing
}

/** A voucher with the ticks claimed of it. */
export interface Claim {
  amount: bigint
  tickValue: bigint
  tickCount: number
  ticks: number
  /** Whether the preimage leads to the anchor. */
  isTick: boolean
  signed: Signed
}

/** A redemption. */
export function redeem(virtual: VirtualModel, claim: Claim, sender: Address, now: bigint): Outcome {
  const value = least(claim.amount + BigInt(claim.ticks) * claim.tickValue, virtual.capacity)
  const isFresh = virtual.finalAt === 0n
  if (isFresh && !virtual.path.includes(sender)) return refuse('VirtualNotClosing', virtual.id, sender)
  if (!isFresh && now >= virtual.finalAt) return refuse('VirtualFinal', virtual.id, virtual.finalAt)
  if (!isFresh && value <= virtual.amount) return refuse('NotHigher', virtual.id, virtual.amount, value)
  if (claim.ticks > claim.tickCount || (claim.ticks > 0 && !claim.isTick)) {
    return refuse('BadTick', virtual.id, claim.ticks, claim.tickCount)
  }
  const [payer] = virtual.path
  if (payer === undefined) throw new Error('a path has a payer')
  const unsigned = missing(claim.signed, [payer])
  if (unsigned !== undefined) return unsigned
  if (isFresh) virtual.finalAt = now + virtual.window
  virtual.amount = value
  return nothing
}
