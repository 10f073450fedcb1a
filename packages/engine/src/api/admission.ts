import { highestValue, type Id, ProtocolError, type SignedVoucher, type VirtualTerms } from '@sluice/protocol'
import { virtualOf, voucherOf } from '../locks/record.ts'
import type { Clock } from '../ports/clock.ts'
import type { Admitting } from '../roles/engine-role.ts'
import { bounded } from './bounded.ts'
import type { Core } from './core.ts'
import type { Admission } from './engine.ts'

interface Offered {
  readonly terms: VirtualTerms
  readonly first: SignedVoucher
  readonly signal: AbortSignal | undefined
}

/** Admits a payment whose lock arrives in time. @throws ProtocolError `VIRTUAL_NO_LOCK` if it does not. */
async function withinWait(
  { admit }: Admitting,
  { tx, loop, env }: Core,
  clock: Clock,
  { terms, first, signal }: Offered,
): Promise<Id> {
  const admitted = await bounded(clock, env.policy.earlyVoucherWait * 1000, (patience) =>
    loop.call(() => admit(tx, terms, first), signal === undefined ? patience : AbortSignal.any([signal, patience])),
  )
  if (admitted === undefined) throw new ProtocolError('VIRTUAL_NO_LOCK', { virtualId: env.digests.virtualId(terms) })
  return admitted
}

/** Lets a payment in by whoever plays the payee, once its lock is there. */
export async function admitBy(admitting: Admitting, core: Core, clock: Clock, offered: Offered): Promise<Admission> {
  const virtualId = await withinWait(admitting, core, clock, offered)
  const { tx, loop } = core
  const { terms } = virtualOf(tx, virtualId)
  const [payer] = terms.path
  if (payer === undefined) throw new RangeError('a path has a payer')
  return {
    virtualId,
    payer,
    capacity: terms.capacity,
    accepted: acceptedBy(core, virtualId, terms.capacity),
    waitFor: (amount, wanted) => loop.call(() => admitting.waitForAmount(tx, virtualId, amount), wanted),
  }
}

/** Reads the highest amount accepted, durable; base units. Once the virtual channel is over and forgotten, the last one read. */
function acceptedBy({ state }: Core, virtualId: Id, capacity: bigint): () => bigint {
  let last = 0n
  return () => {
    const record = state.virtuals.committed(virtualId)
    if (record !== undefined) last = highestValue(voucherOf(record), capacity)
    return last
  }
}
