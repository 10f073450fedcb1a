import { createViemChain } from '@sluice/adapters/chain-viem'
import { createNodeCrypto } from '@sluice/adapters/crypto-node'
import { createMemoryStore } from '@sluice/adapters/store-memory'
import { systemClock, systemRandom } from '@sluice/adapters/system'
import { type Backup, createEngine, createOwnerGuard, type OwnerStanding, type Transport } from '@sluice/engine'
import type { Context } from '../cli/command.ts'
import { chainUrlsOf } from '../config/contract.ts'
import { loadKey } from '../config/key.ts'
import { policyOf } from '../config/policy.ts'
import { chainTiming, type EngineValues, logOf } from '../daemon/open-node.ts'
import { deferred } from '../deferred.ts'
import { NodeError } from '../errors.ts'

/** Nobody is talked to: the chain alone gives the money back. */
const noPeers: Transport = {
  start: async () => {},
  connect: async (_peer, url) => {
    throw new NodeError('NODE_UNREACHABLE', { url, problem: 'no peer is talked to while an account leaves' })
  },
  stop: async () => {},
}

/**
 * Closes on chain all that a backup holds, by its account's key, until final blocks leave nothing. Interrupted, it goes on at the next run: what was done is
 * on the chain.
 *
 * @throws NodeError BACKUP_OTHER_ACCOUNT; ChainError
 */
export async function submitBackup(
  context: Context,
  values: EngineValues,
  backup: Backup,
  onStanding: (standing: OwnerStanding) => void,
): Promise<OwnerStanding> {
  const crypto = await createNodeCrypto()
  const signer = crypto.signer(await loadKey(values, context.environment))
  if (signer.address !== backup.account) {
    throw new NodeError('BACKUP_OTHER_ACCOUNT', { account: backup.account, address: signer.address })
  }
  const log = logOf(context, values, {}, () => {})
  const { chainId, contract } = backup.domain
  const chain = await createViemChain({
    ...{ url: chainUrlsOf(values), chainId, contract, signer, clock: systemClock, log },
    ...chainTiming(values),
  })
  const over = deferred<OwnerStanding>()
  const guard = createOwnerGuard(backup, crypto, (standing) => {
    onStanding(standing)
    if (standing.isOver) over.resolve(standing)
  })
  const ports = { store: createMemoryStore(), transport: noPeers, clock: systemClock, random: systemRandom }
  const engine = await createEngine(
    { ...ports, chain, crypto, signer, log },
    { policy: policyOf(values), guard, onFatal: over.reject },
  )
  const unsubscribe = engine.subscribe((notification) => {
    if (notification.type !== 'transaction') return
    const { call, hash, status } = notification
    context.output.event('transaction', { call, hash, status }, `${call} ${status}: ${hash}`)
  })
  context.signal.addEventListener('abort', () => over.reject(new NodeError('INTERRUPTED', {})), { once: true })
  try {
    return await over.promise
  } finally {
    unsubscribe()
    await engine.stop()
  }
}
