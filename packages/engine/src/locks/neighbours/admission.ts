import { type Address, ProtocolError, type VirtualRecord, type VirtualTerms } from '@sluice/protocol'
import { DEFENCE_GAS } from '../../policy/worth.ts'
import type { Environment } from '../../ports/environment.ts'
import type { Tx } from '../../ports/tx.ts'
import { standingOf } from './standing.ts'
import { checkOwesNothing, isWorthEnforcing, receivedFrom } from './trust.ts'

/** One peer's part of all that this side may have to defend. */
const PEERS = 4n

/** Whether all that a virtual channel can pay is not worth enforcing at the prices of bad times. */
const isDust = (tx: Tx, { token, capacity }: VirtualTerms): boolean => !isWorthEnforcing(tx, token, capacity)

/**
 * Refuses what is not worth enforcing beyond what its peer has earned this side in fees of its token: it would be held on trust. Strangers have earned
 * nothing.
 */
function checkDust(tx: Tx, peer: Address, terms: VirtualTerms, beside: readonly VirtualRecord[]): void {
  if (!isDust(tx, terms)) return
  const { earned } = standingOf(tx, peer, terms.token)
  let trusted = terms.capacity
  if (trusted <= earned) {
    for (const record of [...receivedFrom(tx, peer), ...beside]) {
      if (record.terms.token === terms.token && isDust(tx, record.terms)) trusted += record.terms.capacity
    }
  }
  if (trusted > earned) throw new ProtocolError('ADD_DUST', { capacity: terms.capacity, trusted, earned })
}

/** How many virtual channels can be defended in the shortest window, at most; undefined where the policy sets no bound. */
export function defensible({ policy }: Pick<Environment, 'policy'>): bigint | undefined {
  const { defenceShare, virtualWindowMin, channelWindowMin, inclusionTime, callsPendingMax, callGasMax } = policy
  if (defenceShare === 0) return undefined
  const rounds = Math.floor(Math.min(virtualWindowMin, channelWindowMin) / inclusionTime)
  const gas = BigInt(rounds) * BigInt(callsPendingMax) * BigInt(callGasMax)
  return (gas * BigInt(defenceShare)) / (100n * DEFENCE_GAS)
}

/** Refuses what could not be defended beside all else, should everything have to be at once. */
function checkRoom(tx: Tx, peer: Address, beside: readonly VirtualRecord[]): void {
  const max = defensible(tx.env)
  if (max === undefined) return
  const live = BigInt(tx.liveVirtuals() + beside.length)
  if (live >= max) throw new ProtocolError('DEFENCE_FULL', { live, max })
  const share = max / PEERS
  const own = BigInt(tx.takenFrom(peer) + beside.length)
  if (own >= share) throw new ProtocolError('DEFENCE_FULL', { live: own, max: share })
}

/**
 * Refuses a virtual channel that this side could not defend, or not for what it is worth, and all of a peer that left what it owed.
 *
 * @param beside What the same update brought before it, and this side did not decline.
 * @throws ProtocolError `ADD_PEER_OWES`, `ADD_DUST`, `DEFENCE_FULL`.
 */
export function checkDefensible(tx: Tx, peer: Address, terms: VirtualTerms, beside: readonly VirtualRecord[]): void {
  checkOwesNothing(tx, peer)
  checkDust(tx, peer, terms, beside)
  checkRoom(tx, peer, beside)
}
