import { type Id, NONCE_AHEAD_MAX } from '@sluice/protocol'
import type { Policy } from '../ports/environment.ts'
import type { Collection } from '../records/collection.ts'

/**
 * Forgets what the chain said of others' channels and virtual channels, once their ids are too old to be agreed to: a party never
 * agrees to an id that the chain knows, and refuses one whose nonce is older than the policy's bound. The minute in the nonce is not
 * told by the chain; it comes `NONCE_AHEAD_MAX` after the fact at the latest.
 *
 * @param isOwn Whether this side has a part in it, or may still need the fact.
 * @param time Unix seconds of the newest final block.
 */
export function forgetStrangers<R extends { readonly at: bigint }>(
  facts: Collection<Id, R>,
  isOwn: (id: Id) => boolean,
  time: bigint,
  { nonceAgeMax, chainLag }: Pick<Policy, 'nonceAgeMax' | 'chainLag'>,
): void {
  const oldest = time - BigInt(NONCE_AHEAD_MAX + 2 * nonceAgeMax * 60 + chainLag)
  for (const [id, { at }] of facts.entries()) if (at < oldest && !isOwn(id)) facts.set(id, undefined)
}
