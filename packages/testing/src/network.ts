import type { Client } from '@sluice/client'
import type { Engine } from '@sluice/engine'

/** What every network for tests is made of. */
export interface TestNetworkOptions {
  /** What the payer has in its channel with the hub, and the hub in its with the payee, base units. Default: one coin, 10^18. */
  readonly deposit?: bigint
}

/** A hub with an open channel to a payer and one to a payee: the payer can pay the payee at once, by paid HTTP or by hand. */
export interface TestNetwork extends AsyncDisposable {
  readonly payer: Client
  readonly payee: Client
  readonly hub: Engine
  /** Resolves once no virtual channel is open or closing any more, and what was paid is counted in {@link TestNetwork.received}. */
  settled(): Promise<void>
  /** What the payee was paid over all virtual channels that are closed, base units. */
  received(): bigint
  /** Ends all parties. `await using` does it too. */
  stop(): Promise<void>
}

/** The parties of a network that runs. */
export interface Running {
  readonly payer: Client
  readonly payee: Client
  readonly hub: Engine
  readonly stop: () => Promise<void>
}

const isOver = (engine: Engine): boolean =>
  engine.virtuals().every(({ status }) => status === 'closed' || status === 'declined')

/** Resolves once something is so by an engine's views. It is looked at now and at each notification. */
function when(engine: Engine, isSo: (engine: Engine) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const unsubscribe = engine.subscribe(() => check())
    const check = (): void => {
      if (!isSo(engine)) return
      unsubscribe()
      resolve()
    }
    check()
  })
}

const isFunded = (engine: Engine): boolean =>
  engine.channels().length > 0 && engine.channels().every(({ status }) => status === 'open')

/**
 * Resolves once the engine itself sees the deposits into its channels in a final block. Who deposited sees it first: until then the other
 * side offers no way over the channel and forwards nothing.
 */
export function funded(engine: Engine): Promise<void> {
  return when(engine, isFunded)
}

/** A network of parties that run. */
export function testNetwork({ payer, payee, hub, stop }: Running): TestNetwork {
  let stopped: Promise<void> | undefined
  const stopOnce = (): Promise<void> => {
    stopped ??= stop()
    return stopped
  }
  return {
    payer,
    payee,
    hub,
    async settled() {
      // From the payer on: what is closed there was closed by the one after it.
      for (const engine of [payer.engine, hub, payee.engine]) await when(engine, isOver)
    },
    received: () => payee.engine.channels().reduce((sum, { paid }) => sum + paid.received, 0n),
    stop: stopOnce,
    [Symbol.asyncDispose]: stopOnce,
  }
}
