import { highestValue, type Id, ProtocolError, type SignedVoucher, type VirtualTerms } from '@sluice/protocol'
import { channelView } from '../channels/view.ts'
import { closeVirtual } from '../locks/close.ts'
import { openVirtual } from '../locks/open.ts'
import { admit, waitForAmount } from '../locks/payments/admit.ts'
import { awaitAnswer } from '../locks/payments/answers.ts'
import { pay } from '../locks/payments/pay.ts'
import { virtualOf, voucherOf } from '../locks/record.ts'
import { virtualView } from '../locks/view.ts'
import type { Clock } from '../ports/clock.ts'
import { writeBackup } from '../recovery/backup.ts'
import { closeChannel, connect, openChannel, topUp, withdraw } from './channel-calls.ts'
import { Core } from './core.ts'
import type { Admission, ChannelView, Engine, EngineOptions, EnginePorts } from './engine.ts'

/** How long a payer that closes waits for the payee's answer to its last payment. Milliseconds. */
const ANSWER_PATIENCE_MS = 5_000

/**
 * Starts an engine: reads its store, catches up with the chain, goes on with all that was under way, and talks to peers.
 *
 * @throws ProtocolError `RECORD_KIND_UNKNOWN`, `RECORD_VERSION_UNKNOWN`, `RECORD_MALFORMED` for what the store holds, and what the ports
 *   throw when they start.
 * @example
 * ```ts
 * const engine = await createEngine({ store, transport, chain, clock, random, crypto, signer })
 * const channel = await engine.openChannel({ peer: hub, url: 'ws://127.0.0.1:4000', token: NATIVE_TOKEN, deposit: 10n ** 18n })
 * ```
 */
export async function createEngine(ports: EnginePorts, options: EngineOptions = {}): Promise<Engine> {
  const core = new Core(ports, options)
  try {
    await core.start()
  } catch (error) {
    await core.stop()
    throw error
  }
  const { tx, loop } = core
  return {
    signer: core.env.self,
    account: core.env.account,
    connect: (peer, url) => connect(core, peer, url),
    openChannel: (wanted) => openChannel(core, wanted),
    topUp: (channelId, amount) => topUp(core, channelId, amount),
    withdraw: (channelId, amount) => withdraw(core, channelId, amount),
    closeChannel: (channelId, mode = 'auto') => closeChannel(core, channelId, mode),
    openVirtual: (wanted) => loop.call(() => openVirtual(tx, wanted)),
    pay: (virtualId, total) => loop.call(() => pay(tx, virtualId, total)),
    async closeVirtual(virtualId) {
      await answered(core, ports.clock, virtualId)
      return loop.call(() => closeVirtual(tx, virtualId))
    },
    async admit(terms, first, signal) {
      const virtualId = await withinWait(core, ports.clock, terms, first, signal)
      return admission(core, virtualId)
    },
    channels: () =>
      [...core.state.channels.allCommitted()]
        .filter(([, { phase }]) => phase.type !== 'failed')
        .map(([, channel]) => explained(core, channelView(tx, channel))),
    virtuals: () => [...core.state.virtuals.allCommitted()].map(([, record]) => virtualView(tx, record)),
    subscribe(listener) {
      core.listeners.add(listener)
      return () => core.listeners.delete(listener)
    },
    backup: () => writeBackup(core.env, core.state.channels.allCommitted(), core.state.virtuals.allCommitted()),
    stop: () => core.stop(),
  }
}

/** The view, with why a call on chain that it waits for failed. */
function explained(core: Core, view: ChannelView): ChannelView {
  const problem = core.publisher.problemOf(view.channelId)
  return problem === undefined ? view : { ...view, waitingFor: `${view.waitingFor ?? 'the chain'} (${problem})` }
}

/** Runs a call that waits for a bounded time; `undefined` once that is over. */
async function bounded<T>(
  clock: Clock,
  milliseconds: number,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T | undefined> {
  const patience = new AbortController()
  const cancel = clock.after(milliseconds, () => patience.abort())
  try {
    return await run(patience.signal)
  } catch (error) {
    if (!patience.signal.aborted) throw error
    return undefined
  } finally {
    cancel()
  }
}

/** Waits a while until the payee holds the last payment; one that does not answer has its virtual channel closed without. */
async function answered({ tx, loop }: Core, clock: Clock, virtualId: Id): Promise<void> {
  await bounded(clock, ANSWER_PATIENCE_MS, (signal) => loop.call(() => awaitAnswer(tx, virtualId), signal))
}

/** Admits a payment whose lock arrives in time. @throws ProtocolError `VIRTUAL_NO_LOCK` if it does not. */
async function withinWait(
  { tx, loop, env }: Core,
  clock: Clock,
  terms: VirtualTerms,
  first: SignedVoucher,
  signal: AbortSignal | undefined,
): Promise<Id> {
  const admitted = await bounded(clock, env.policy.earlyVoucherWait * 1000, (patience) =>
    loop.call(() => admit(tx, terms, first), signal === undefined ? patience : AbortSignal.any([signal, patience])),
  )
  if (admitted === undefined) throw new ProtocolError('VIRTUAL_NO_LOCK', { virtualId: env.digests.virtualId(terms) })
  return admitted
}

function admission(core: Core, virtualId: Id): Admission {
  const { tx, loop } = core
  const { terms } = virtualOf(tx, virtualId)
  const [payer] = terms.path
  if (payer === undefined) throw new RangeError('a path has a payer')
  return {
    virtualId,
    payer,
    capacity: terms.capacity,
    accepted: acceptedBy(core, virtualId, terms.capacity),
    waitFor: (amount, signal) => loop.call(() => waitForAmount(tx, virtualId, amount), signal),
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
