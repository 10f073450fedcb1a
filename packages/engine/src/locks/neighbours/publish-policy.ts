import { type Address, type FeeSchedule, MAX_POLICY_TOKENS, type PolicyMessage } from '@sluice/protocol'
import { channelOf } from '../../lanes/channel.ts'
import { capacityMinOf, type Policy } from '../../policy/policy.ts'
import type { Tx } from '../../ports/tx.ts'
import { scheduleFor, scheduleForPeer } from './price.ts'

/** What a side tells of its policy to a peer with which it has channels in these tokens. */
export function policyMessage(
  policy: Policy,
  tokens: readonly Address[],
  schedule: Required<FeeSchedule> = scheduleFor(policy),
): PolicyMessage {
  const { hopMargin } = policy
  const { locksMax, nonceAgeMax, virtualWindowMin, virtualWindowMax, lifetimeMin, lifetimeMax } = policy
  const taken = [...new Set([...tokens, ...policy.tokens.map(({ token }) => token)])].slice(0, MAX_POLICY_TOKENS)
  return {
    type: '_policy',
    ...(policy.forward && { forwarding: { ...schedule, hopMargin } }),
    capacities: taken.map((token) => ({ token, least: capacityMinOf(policy, token) })),
    ...{ locksMax, nonceAgeMax, virtualWindowMin, virtualWindowMax, lifetimeMin, lifetimeMax },
  }
}

/** A session stands: the peer hears what is taken here, so that it locks for nothing that would be declined. */
export function publishPolicy(tx: Tx, peer: Address): void {
  const tokens = tx.channelsWith(peer).map((channelId) => channelOf(tx, channelId).terms.token)
  const { policy, roles } = tx.env
  tx.volatile(peer, {
    ...policyMessage(policy, tokens, scheduleForPeer(tx, peer)),
    ...(!roles.receives && { locksMax: 0 }),
  })
}

/** Handles `_policy`: kept while the session stands. */
export function handlePolicy(tx: Tx, peer: Address, { type: _, ...policy }: PolicyMessage): void {
  tx.policies.set(peer, { peer, ...policy })
}
