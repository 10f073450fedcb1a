import { type Address, type FeeSchedule, MAX_POLICY_TOKENS, type PolicyMessage } from '@sluice/protocol'
import { channelOf, secondsOf } from '../../lanes/channel.ts'
import { capacityMinOf, type Policy } from '../../policy/policy.ts'
import type { Tx } from '../../ports/tx.ts'
import { isSameSchedule, scheduleFor, scheduleForPeer } from './price.ts'

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
  const schedule = scheduleForPeer(tx, peer)
  const before = tx.told.get(peer)?.schedule
  tx.told.set(peer, { peer, schedule, at: secondsOf(tx), ...(before && { before }) })
  tx.volatile(peer, {
    ...policyMessage(policy, tokens, schedule),
    ...(!roles.receives && { locksMax: 0 }),
  })
}

/** What a peer did, or time, changed what it is asked for: it hears of it, once a batch, or it would go on paying what is too little by now. */
export function publishChangedPrice(tx: Tx, peer: Address | undefined): void {
  if (peer === undefined || !tx.env.policy.forward) return
  tx.atEnd('process', `price/${peer}`, (end) => {
    const told = end.told.get(peer)
    if (told !== undefined && !isSameSchedule(told.schedule, scheduleForPeer(end, peer))) publishPolicy(end, peer)
  })
}

/** Woken when a peer tells its policy. */
export const policyTopic = (peer: Address): string => `policy/${peer}`

/** Handles `_policy`: kept until the next one, also between two sessions, since a hub that comes back asks for about what it asked for before. */
export function handlePolicy(tx: Tx, peer: Address, { type: _, ...policy }: PolicyMessage): void {
  tx.policies.set(peer, { peer, ...policy })
  tx.wake(policyTopic(peer))
}
