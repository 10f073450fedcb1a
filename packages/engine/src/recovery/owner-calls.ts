import { type Crypto, createDigests } from '@sluice/protocol'
import { channelGoals } from '../defence/channel-goals.ts'
import { virtualGoals } from '../defence/virtual-goals.ts'
import { allRoles } from '../locks/roles/all-roles.ts'
import { rolesOf } from '../locks/roles/engine-role.ts'
import { createPolicy } from '../policy/policy.ts'
import type { ChainCall } from '../ports/chain.ts'
import type { ChainReader } from '../ports/chain-view.ts'
import { silentLog } from '../ports/log.ts'
import type { StateView } from '../ports/tx.ts'
import { type Backup, signerOf } from './backup.ts'

/**
 * What the owner of a backup's account should call on chain now, from that account, to get the money of all its channels back. To be
 * asked again at each block until it is empty and stays so: closing, settling and unlocking follow each other.
 *
 * @param reader The chain as it stands now.
 */
export function ownerCalls(backup: Backup, reader: ChainReader, crypto: Crypto): readonly ChainCall[] {
  const { domain, account, signer } = backup
  const env = {
    self: signer,
    account,
    signer: signerOf(backup),
    crypto,
    digests: createDigests(domain, crypto),
    policy: createPolicy(),
    random: () => new Uint8Array(),
    roles: rolesOf(allRoles),
    log: silentLog,
  }
  const calls: ChainCall[] = []
  for (const record of backup.channels.values()) {
    const goals = channelGoals(record, reader, env, true)
    for (const { call } of goals) calls.push(withoutConsent(call))
  }
  const now = Number(reader.head?.timestamp ?? 0n) * 1000
  const view: StateView = { env, now, chain: reader, channels: backup.channels }
  for (const record of backup.virtuals.values()) {
    for (const { call } of virtualGoals(view, record)) calls.push(call)
  }
  return calls
}

/** The account starts the close itself, and needs nobody's consent. */
function withoutConsent(call: ChainCall): ChainCall {
  if (call.type !== 'startClose') return call
  const { request: _, ...rest } = call
  return rest
}
