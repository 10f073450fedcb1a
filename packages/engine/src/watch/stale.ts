import type { Tx } from '../ports/tx.ts'

/**
 * Whether the newest block is too old to say that nothing is closing, or those who are asked about the chain disagree. Who can't see the chain
 * can't answer what happens there, so nothing more is accepted or locked on meanwhile: it waits.
 */
export function isChainStale(tx: Tx): boolean {
  const { head, isDoubted } = tx.chain
  return isDoubted || head === undefined || tx.now > (Number(head.timestamp) + tx.env.policy.chainSilenceMax) * 1000
}
