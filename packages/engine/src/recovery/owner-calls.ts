import {
  type ChannelRecord,
  type Crypto,
  createDigests,
  type Id,
  isStanding,
  type LaneLock,
  lockEntries,
} from '@sluice/protocol'
import { shownState } from '../channels/settled.ts'
import { gather } from '../defence/batches/gather.ts'
import { type LockedVirtual, startsByLocks } from '../defence/batches/starts-by-locks.ts'
import { channelGoals } from '../defence/goals/channel-goals.ts'
import { virtualGoals } from '../defence/goals/virtual-goals.ts'
import { knowledgeOf } from '../defence/sending/knowledge.ts'
import { limits } from '../policy/limits.ts'
import { createPolicy } from '../policy/policy.ts'
import type { ChainCall } from '../ports/chain.ts'
import type { ChainReader } from '../ports/chain-view.ts'
import type { Environment } from '../ports/environment.ts'
import { silentLog } from '../ports/log.ts'
import type { StateView } from '../ports/tx.ts'
import { allRoles } from '../roles/all-roles.ts'
import { rolesOf } from '../roles/engine-role.ts'
import { type Backup, NO_SIGNATURE, signerOf } from './backup.ts'

/**
 * What the owner of a backup's account should call on chain now, from that account, to get the money of all its channels back. To be
 * asked again at each block until it is empty and stays so: closing, settling and unlocking follow each other.
 *
 * @param reader The chain as it stands now.
 */
export function ownerCalls(backup: Backup, reader: ChainReader, crypto: Crypto): readonly ChainCall[] {
  const { domain, account, signer } = backup
  const env: Environment = {
    self: signer,
    account,
    signer: signerOf(backup),
    crypto,
    digests: createDigests(domain, crypto),
    // No longer than any chain takes: what an owner calls on is not known here.
    policy: createPolicy('default', { callBytesMax: limits.callBytesMax.filecoin }),
    random: () => new Uint8Array(),
    roles: rolesOf(allRoles),
    log: silentLog,
  }
  const now = Number(reader.head?.timestamp ?? 0n) * 1000
  const view: StateView = { env, now, chain: reader, channels: backup.channels }
  const { complete, ...material } = knowledgeOf(view)
  const ofVirtuals = [...backup.virtuals.values()].flatMap((record) => virtualGoals(view, record))
  const starts = new Set(ofVirtuals.flatMap(({ id, call }) => (call.type === 'closeVirtual' ? [id] : [])))
  const byLocks = [...backup.channels.values()].flatMap((record) => startsIn(view, backup, record, starts))
  const goals = [
    ...[...backup.channels.values()].flatMap((record) => channelGoals(record, reader, env, true)),
    ...ofVirtuals.filter(({ id, call }) => call.type !== 'closeVirtual' || starts.has(id)),
  ]
  const { batches } = gather(goals, {
    material,
    limits: env.policy,
    prices: { costOf: () => 0n },
    // A backup holds consent to each start, and none to several.
    isAlone: ({ call }) => call.type === 'closeVirtual',
  })
  return [...batches.map(complete).filter(hasConsent).map(withoutConsent), ...byLocks]
}

/** Past the deadline of the signer's consent, only what the lock of a settled channel starts is left. */
function hasConsent(call: ChainCall): boolean {
  return call.type !== 'closeVirtual' || call.request.signature !== NO_SIGNATURE
}

/** The account starts the close itself, and needs nobody's consent. */
function withoutConsent(call: ChainCall): ChainCall {
  if (call.type !== 'startClose') return call
  const { request: _, ...rest } = call
  return rest
}

/** What starts virtual channels by their locks in a settled channel. Takes those out of `starts`. */
function startsIn({ chain, env }: StateView, backup: Backup, record: ChannelRecord, starts: Set<Id>): ChainCall[] {
  const { any, ended } = chain.channel(record.channelId)
  if (ended !== 'settled' || !isStanding(record.phase)) return []
  return ([0, 1] as const).flatMap((lane) => {
    const state = shownState(record, any, lane)
    if (state === undefined || any.pools?.[lane] === 0n) return []
    const found: LockedVirtual[] = []
    for (const [slot, lock] of lockEntries(state.locks)) {
      const { lockId } = lock as LaneLock
      const terms = backup.virtuals.get(lockId)?.terms
      if (terms !== undefined && starts.delete(lockId)) found.push({ slot, terms })
    }
    return startsByLocks({ channel: record.terms, lane, state }, found, env.policy)
  })
}
