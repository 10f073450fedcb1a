import { explainErrors, type Id, ProtocolError, protocolErrors } from '@sluice/protocol'
import { channelView } from '../channels/view.ts'
import { engineErrors } from '../error-codes.ts'
import { closeVirtual } from '../locks/close.ts'
import { policyTopic } from '../locks/neighbours/publish-policy.ts'
import { openVirtual } from '../locks/open.ts'
import { awaitAnswer } from '../locks/payments/answers.ts'
import { pay } from '../locks/payments/pay.ts'
import { prolongVirtual } from '../locks/prolonging/prolong.ts'
import { virtualView } from '../locks/view.ts'
import { Waiting } from '../loop/waiting.ts'
import type { Clock } from '../ports/clock.ts'
import { writeBackup } from '../recovery/backup.ts'
import { allRoles } from '../roles/all-roles.ts'
import type { Admitting, EngineRole } from '../roles/engine-role.ts'
import { admitBy } from './admission.ts'
import { bounded } from './bounded.ts'
import { closeChannel, connect, openChannel, topUp, withdraw } from './channel-calls.ts'
import { Core } from './core.ts'
import type { ChannelView, Engine, EngineOptions, EnginePorts, OpenVirtualOptions, VirtualView } from './engine.ts'

/** How long a payer that closes waits for the payee's answer to its last payment. Milliseconds. */
const ANSWER_PATIENCE_MS = 5_000

/** How long a payer waits for a hub to tell its fees: as long as a session takes to stand, dialled again once. Milliseconds. */
const PRICE_PATIENCE_MS = 10_000

/**
 * Starts an engine with some of the roles: a bundler leaves out the code of the others, and what needs one of them is refused with
 * ProtocolError `ROLE_MISSING`. A payer that opens channels with hubs needs `payer` alone.
 *
 * @throws As {@link createEngine}; ProtocolError `ROLE_MISSING` for a store that holds virtual channels of another role.
 * @example `const engine = await createEngineWith([payer], { store, transport, chain, clock, random, crypto, signer })`
 */
export async function createEngineWith(
  roles: readonly EngineRole[],
  ports: EnginePorts,
  options: EngineOptions = {},
): Promise<Engine> {
  const core = new Core(roles, ports, options)
  try {
    await core.start()
  } catch (error) {
    await core.stop()
    throw error
  }
  return engineOver(core, ports.clock, roles.find(({ admitting }) => admitting !== undefined)?.admitting)
}

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
export function createEngine(ports: EnginePorts, options: EngineOptions = {}): Promise<Engine> {
  explainErrors(protocolErrors, engineErrors)
  return createEngineWith(allRoles, ports, options)
}

function engineOver(core: Core, clock: Clock, admitting: Admitting | undefined): Engine {
  const { tx, loop } = core
  return {
    signer: core.env.self,
    account: core.env.account,
    publicKey: core.env.signer.publicKey,
    crypto: core.env.crypto,
    agree: (publicKey, owner) => core.env.signer.agree(publicKey, owner),
    connect: (peer, url) => connect(core, peer, url),
    openChannel: (wanted) => openChannel(core, wanted),
    topUp: (channelId, amount) => topUp(core, channelId, amount),
    withdraw: (channelId, amount) => withdraw(core, channelId, amount),
    closeChannel: (channelId, mode = 'auto') => closeChannel(core, channelId, mode),
    async openVirtual(wanted) {
      await priced(core, clock, wanted)
      return loop.call(() => openVirtual(tx, wanted))
    },
    pay: (virtualId, total) => loop.call(() => pay(tx, virtualId, total)),
    prolong: (virtualId, options) => loop.call(() => prolongVirtual(tx, virtualId, options)),
    async closeVirtual(virtualId) {
      await answered(core, clock, virtualId)
      return loop.call(() => closeVirtual(tx, virtualId))
    },
    async admit(terms, first, signal) {
      if (admitting === undefined) throw new ProtocolError('ROLE_MISSING', { role: 'payee' })
      return admitBy(admitting, core, clock, { terms, first, signal })
    },
    channels: () =>
      [...core.state.channels.allCommitted()]
        .filter(([, { phase }]) => phase.type !== 'failed')
        .map(([channelId, channel]) => explained(core, channelId, channelView(tx, channel))),
    virtuals: () =>
      [...core.state.virtuals.allCommitted()].map(([virtualId, record]) =>
        explained(core, virtualId, virtualView(tx, record)),
      ),
    chain: () => core.chainStatus,
    defence: () => core.publisher.view(),
    subscribe(listener) {
      core.listeners.add(listener)
      return () => core.listeners.delete(listener)
    },
    backup: () =>
      writeBackup({
        env: core.env,
        now: BigInt(Math.floor(clock.now() / 1000)),
        channels: core.state.channels.allCommitted(),
        virtuals: core.state.virtuals.allCommitted(),
        factsOf: (channelId) => core.state.channelFacts.committed(channelId),
      }),
    read: (reader) => {
      const { channels, virtuals } = core.state
      return reader({ view: tx, channels: channels.allCommitted(), virtuals: virtuals.allCommitted() })
    },
    stop: () => core.stop(),
  }
}

/** The view, with why a call on chain that it waits for failed. */
function explained<V extends ChannelView | VirtualView>(core: Core, id: Id, view: V): V {
  const problem = core.publisher.problemOf(id)
  return problem === undefined ? view : { ...view, waitingFor: `${view.waitingFor ?? 'the chain'} (${problem})` }
}

/** Waits a while for what the first hub asks for, if the caller leaves the fees to that and it has not told yet. */
async function priced({ state, tx, loop }: Core, clock: Clock, wanted: OpenVirtualOptions): Promise<void> {
  const [hub] = wanted.hubs
  if (hub === undefined || wanted.fees !== undefined || state.policies.committed(hub) !== undefined) return
  const isTold = () => tx.policies.get(hub) !== undefined || new Waiting(`${hub} to tell its fees`, policyTopic(hub))
  await bounded(clock, PRICE_PATIENCE_MS, (signal) => loop.call(isTold, signal))
}

/** Waits a while until the payee holds the last payment; one that does not answer has its virtual channel closed without. */
async function answered({ tx, loop }: Core, clock: Clock, virtualId: Id): Promise<void> {
  await bounded(clock, ANSWER_PATIENCE_MS, (signal) => loop.call(() => awaitAnswer(tx, virtualId), signal))
}
