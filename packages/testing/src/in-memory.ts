import { createClientOver } from '@sluice/client'
import { createWorld, type Party, type Scheduler, type World } from '@sluice/engine/testing'
import { NATIVE_TOKEN } from '@sluice/protocol'
import { funded, type TestNetwork, type TestNetworkOptions, testNetwork } from './network.ts'

/** Milliseconds between blocks of the simulated chain: it is waited for by nobody but who deposits or closes a channel. */
const BLOCK_TIME = 20

const COIN = 10n ** 18n

/** Lets the time of a simulated world pass as real time does. Returns how to end that. */
function follow(scheduler: Scheduler): () => Promise<void> {
  let isOver = false
  const run = async (): Promise<void> => {
    let last = performance.now()
    while (!isOver) {
      await new Promise((resolve) => setTimeout(resolve, 1))
      const now = performance.now()
      await scheduler.runFor(now - last)
      last = now
    }
  }
  const running = run()
  return () => {
    isOver = true
    return running
  }
}

async function openChannels(world: World, deposit: bigint): Promise<void> {
  const [payer, hub, payee] = [world.party('payer'), world.party('hub'), world.party('payee')]
  const open = (from: Party, to: Party) =>
    world.finish(from.engine.openChannel({ peer: to.address, url: to.url, token: NATIVE_TOKEN, deposit }))
  await open(payer, hub)
  await open(hub, payee)
  for (const { engine } of [hub, payee]) await world.finish(funded(engine))
  // Addresses of a simulated network can be told in no offer: the payer knows the payee from the start.
  await world.finish(payer.engine.connect(payee.address, payee.url))
}

/**
 * A hub, a payer and a payee in memory, with channels: chain, network and disks are simulated, cryptography is real. It takes some
 * hundred milliseconds, and no port.
 *
 * @example
 * ```ts
 * await using network = await createTestNetwork()
 * const response = await network.payer.fetch('http://shop.test/', { maxAmount: 100n, fetch: fetchFrom(handler) })
 * ```
 */
export async function createTestNetwork({ deposit = COIN }: TestNetworkOptions = {}): Promise<TestNetwork> {
  const money = 2n * deposit
  const parties = { payer: { money }, hub: { money, policy: { forward: true } }, payee: { money: 0n } }
  const world = createWorld({ seed: 1, crypto: 'real', parties, blockTime: BLOCK_TIME })
  await world.start()
  await openChannels(world, deposit)
  const [payer, hub, payee] = [world.party('payer').engine, world.party('hub').engine, world.party('payee').engine]
  const { domain } = world.chain.connect(payer.account)
  const unfollow = follow(world.scheduler)
  return testNetwork({
    payer: createClientOver(payer, domain),
    payee: createClientOver(payee, domain),
    hub,
    async stop() {
      await unfollow()
      await world.stop()
    },
  })
}
