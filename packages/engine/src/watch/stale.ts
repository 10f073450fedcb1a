import type { Tx } from '../ports/tx.ts'

/**
 * Whether the newest block is too old to say that nothing is closing. Who can't see the chain can't answer what happens there, so
 * nothing more is accepted or locked on meanwhile: it waits.
 */
export function isChainStale(tx: Tx): boolean {
  const { head } = tx.chain
  return head === undefined || tx.now > (Number(head.timestamp) + tx.env.policy.chainSilenceMax) * 1000
}
