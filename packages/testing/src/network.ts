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

/** Resolves once all of the engine's virtual channels are over. */
function allOver(engine: Engine): Promise<void> {
  return new Promise((resolve) => {
    const unsubscribe = engine.subscribe(() => check())
    const check = (): void => {
      if (!isOver(engine)) return
      unsubscribe()
      resolve()
    }
    check()
  })
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
      for (const engine of [payer.engine, hub, payee.engine]) await allOver(engine)
    },
    received: () => payee.engine.channels().reduce((sum, { paid }) => sum + paid.received, 0n),
    stop: stopOnce,
    [Symbol.asyncDispose]: stopOnce,
  }
}
