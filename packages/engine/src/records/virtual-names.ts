import type { Address, Id, VirtualRecord } from '@sluice/protocol'

/** Names under which virtual channels are found, so that no event walks through all of them. */
export const virtualNames = {
  /** Those that are not over and have a leg on a channel. */
  on: (channelId: Id): string => `on/${channelId}`,
  /** Those that wait for a channel's lane to take an operation. */
  waitingFor: (channelId: Id): string => `waiting/${channelId}`,
  /** Those that wait to be locked on towards a peer. */
  receivedFor: (next: Address): string => `received/${next}`,
  /** Those that are not over and that this side pays to a peer. */
  paidTo: (payee: Address): string => `paid/${payee}`,
  /** Those that are not over and that a peer pays this side by. */
  paidBy: (payer: Address): string => `by/${payer}`,
  /** Those that a neighbour has a lock for here, and that were not declined. */
  takenFrom: (previous: Address): string => `taken/${previous}`,
  /** Those whose lock a neighbour was left. */
  writtenOffFrom: (previous: Address): string => `written/${previous}`,
  /** Those that were declined, and whose lock the payer has yet to fold. */
  returning: 'returning',
  /** Those that are over, and shown for a while. */
  over: 'over',
  /** Those that a new block may move on: they close, or wait to be locked on. */
  onBlock: 'block',
} as const

/** The names of one virtual channel. */
export function namesOf({ phase, role, terms, position }: VirtualRecord): readonly string[] {
  const names: string[] = []
  if ('incoming' in phase) names.push(virtualNames.on(phase.incoming.channelId))
  if ('outgoing' in phase) names.push(virtualNames.on(phase.outgoing.channelId))
  if (phase.type === 'claimed' || phase.type === 'covered') {
    names.push(virtualNames.waitingFor(phase.outgoing.channelId))
  }
  if (phase.type === 'returning' && phase.askedAt === undefined) {
    names.push(virtualNames.waitingFor(phase.incoming.channelId))
  }
  if (phase.type === 'received') names.push(virtualNames.receivedFor(terms.path[position + 1] ?? '0x'))
  const previous = terms.path[position - 1] ?? '0x'
  if (phase.type === 'returning') names.push(virtualNames.returning)
  else if ('incoming' in phase) names.push(virtualNames.takenFrom(previous))
  if (phase.type === 'writtenOff') names.push(virtualNames.writtenOffFrom(previous))
  if (phase.type === 'closed') names.push(virtualNames.over)
  if (role === 'payer' && phase.type !== 'closed') names.push(virtualNames.paidTo(terms.path.at(-1) ?? '0x'))
  if (role === 'payee' && phase.type !== 'closed') names.push(virtualNames.paidBy(terms.path[0] ?? '0x'))
  if ('closingSince' in phase || phase.type === 'received') names.push(virtualNames.onBlock)
  return names
}
